//! The directory roles: Entra's names and template ids.

use store::Id;

macro_rules! roles {
    ($($variant:ident = $name:literal $id:literal $may:literal;)*) => {
        /// A directory role. There are these and no others.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role { $($variant),* }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Role] = &[$(Role::$variant),*];

            /// As people read it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Role::$variant => $name),* }
            }

            /// Entra's template id, which names the role everywhere.
            #[must_use]
            pub const fn template_id(self) -> Id {
                match self { $(Role::$variant => Id(u128::to_be_bytes($id))),* }
            }

            /// What its holders may do, in a few words.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(Role::$variant => $may),* }
            }
        }
    };
}

roles! {
    GlobalAdministrator = "Global Administrator" 0x62e9_0394_69f5_4237_9190_0121_7714_5e10
        "Everything; alone grants permissions that can raise rights.";
    PrivilegedAuthenticationAdministrator = "Privileged Authentication Administrator" 0x7be4_4c8a_adaf_4e2a_84d6_ab26_49e0_8a13
        "Methods, passes, links and sessions of anyone.";
    AuthenticationAdministrator = "Authentication Administrator" 0xc4e3_9bd9_1100_46d3_8c65_fb16_0da0_071f
        "Methods, passes, links and sessions of people without a directory role.";
    AuthenticationPolicyAdministrator = "Authentication Policy Administrator" 0x0526_716b_113d_4c15_b2c8_68e3_c22b_9f80
        "Method policies, passkey profiles, strengths and registration campaigns.";
    ConditionalAccessAdministrator = "Conditional Access Administrator" 0xb1be_1c3e_b65d_4f19_8427_f6fa_0d97_feb9
        "Conditional Access, named locations and strengths.";
    SecurityAdministrator = "Security Administrator" 0x194a_e4cb_b126_40b2_bd5b_6091_b380_977d
        "Policies and adoption campaigns; reads logs.";
    UserAdministrator = "User Administrator" 0xfe93_0be7_5e62_47db_91af_98c3_a49a_38b1
        "People and groups without privilege.";
    HelpdeskAdministrator = "Helpdesk Administrator" 0x7298_27e3_9c14_49f7_bb1b_9608_f156_bbb8
        "Passwords and sessions of people without privilege; sees why somebody can't sign in.";
    GroupsAdministrator = "Groups Administrator" 0xfdd7_a751_b60b_444a_984c_0265_2fe8_fa1c
        "Groups that are not protected.";
    ApplicationAdministrator = "Application Administrator" 0x9b89_5d92_2cd3_44c7_9d02_a6ac_2d5e_a5c3
        "Applications, service principals and their assignments.";
    SecurityReader = "Security Reader" 0x5d6b_6bb7_de71_4623_b4af_9638_0a35_2509
        "Reads policies, logs and reports.";
    GlobalReader = "Global Reader" 0xf2ef_992c_3afb_46b9_b7cf_a126_ee74_c451
        "Reads everything that can be read.";
    ReportsReader = "Reports Reader" 0x4a5d_8f65_41da_4de4_8968_e035_b653_39cf
        "Reads reports and logs.";
}

impl Role {
    /// The role of a template id.
    #[must_use]
    pub fn find(template_id: Id) -> Option<Role> {
        Role::ALL
            .iter()
            .copied()
            .find(|role| role.template_id() == template_id)
    }

    /// The role of that name, in whatever case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL
            .iter()
            .copied()
            .find(|role| role.name().eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn ids_and_names_find_their_roles() {
        for role in Role::ALL.iter().copied() {
            assert_eq!(Role::find(role.template_id()), Some(role));
            assert_eq!(Role::parse(&role.name().to_uppercase()), Some(role));
        }
        let id = Role::GlobalAdministrator.template_id().to_string();
        assert_eq!(id, "62e90394-69f5-4237-9190-012177145e10");
        assert_eq!(Role::ALL.len(), 13);
    }
}
