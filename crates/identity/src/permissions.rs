//! Permissions: what a person or an administrator let an application do, by Graph's names and ids.
//!
//! A *delegated* permission (a scope, `scp`) lets an application act with what its user may do; an *application*
//! permission (an app role, `roles`) lets it act by itself. Both kinds of one name are different rights with ids of
//! their own.

use store::Id;

/// Declares the permissions: constant, name on the wire, id as a delegated and as an application permission.
macro_rules! permissions {
    ($($(#[$meta:meta])* $variant:ident = $name:literal $delegated:tt $application:tt $kind:ident;)*) => {
        /// A permission of the administration API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission { $($(#[$meta])* $variant),* }

        impl Permission {
            /// Every permission, in the order of their names.
            pub const ALL: &'static [Permission] = &[$(Permission::$variant),*];

            /// The name in `scp` and `roles`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Permission::$variant => $name),* }
            }

            /// The id of the delegated permission; `None` when only applications can hold it.
            #[must_use]
            pub fn delegated_id(self) -> Option<Id> {
                match self { $(Permission::$variant => permissions!(@id $delegated)),* }
            }

            /// The id of the application permission; `None` when it exists for people only.
            #[must_use]
            pub fn application_id(self) -> Option<Id> {
                match self { $(Permission::$variant => permissions!(@id $application)),* }
            }

            fn kind(self) -> Kind {
                match self { $(Permission::$variant => Kind::$kind),* }
            }
        }
    };
    (@id -) => { None };
    (@id $id:literal) => { Some(Id(u128::to_be_bytes($id))) };
}

/// How much a permission lets somebody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// About the person who signs in; people may consent for themselves.
    Low,
    /// An administrator must consent.
    High,
    /// Whoever holds it can make himself anybody (security 11): granted by a Global Administrator with fresh user
    /// verification, used with `private_key_jwt` only, every use alerts.
    TierZero,
}

permissions! {
    AppRoleAssignmentReadWriteAll = "AppRoleAssignment.ReadWrite.All" 0x84bc_cea3_f856_4a8a_967b_dbe0_a3d5_3a64 0x06b7_08a9_e830_4db3_a914_8e69_da51_d44f TierZero;
    ApplicationReadAll = "Application.Read.All" 0xc79f_8feb_a9db_4090_85f9_90d8_20ca_a0eb 0x9a5d_68dd_52b0_4cc2_bd40_abcf_44ac_3a30 High;
    ApplicationReadWriteAll = "Application.ReadWrite.All" 0xbdfb_f15f_ee85_4955_8675_146e_8e52_96b5 0x1bfe_fb4e_e0b5_418b_a88f_73c4_6d2c_c8e9 TierZero;
    AuditLogReadAll = "AuditLog.Read.All" 0xe4c9_e354_4dc5_45b8_9e7c_e139_3b0b_1a20 0xb0af_ded3_3588_46d8_8b3d_9842_eff7_78da High;
    DelegatedPermissionGrantReadWriteAll = "DelegatedPermissionGrant.ReadWrite.All" 0x41ce_6ca6_6826_4807_84f1_1c82_854f_7ee5 0x8e8e_4742_1d95_4f68_9d56_6ee7_5648_c72a TierZero;
    DirectoryReadAll = "Directory.Read.All" 0x06da_0dbc_49e2_44d2_8312_53f1_66ab_848a 0x7ab1_d382_f21e_4acd_a863_ba3e_13f7_da61 High;
    DirectoryReadWriteAll = "Directory.ReadWrite.All" 0xc536_6453_9fb0_48a5_a156_24f0_c49a_4b84 0x19db_c75e_c2e2_444c_a770_ec69_d855_9fc7 TierZero;
    GroupReadAll = "Group.Read.All" 0x5f8c_59db_677d_491f_a6b8_5f17_4b11_ec1d 0x5b56_7255_7703_4780_807c_7be8_301a_e99b High;
    GroupReadWriteAll = "Group.ReadWrite.All" 0x4e46_008b_f24c_477d_8fff_7bb4_ec7a_afe0 0x62a8_2d76_70ea_41e2_9197_3705_8180_4d09 High;
    GroupMemberReadAll = "GroupMember.Read.All" 0xbc02_4368_1153_4739_b217_4326_f2e9_66d0 0x9883_0695_27a2_44f7_8c18_0c3e_bc96_98f6 High;
    GroupMemberReadWriteAll = "GroupMember.ReadWrite.All" 0xf811_25ac_d3b7_4573_a3b2_7099_cc39_df9e 0xdbaa_e8cf_10b5_4b86_a4a1_f871_c94c_6695 High;
    OrganizationReadAll = "Organization.Read.All" 0x4908_d5b9_3fb2_4b1e_9336_1888_b793_7185 0x4984_76ce_e0fe_48b0_b801_37ba_7e26_85c6 High;
    PolicyReadAll = "Policy.Read.All" 0x572f_ea84_0151_49b2_9301_11cb_1697_4376 0x246d_d0d5_5bd0_4def_940b_0421_030a_5b68 High;
    /// The id of the delegated one is ours: Graph's could not be confirmed.
    PolicyReadAuthenticationMethod = "Policy.Read.AuthenticationMethod" 0xc1a7_16e2_0001_4000_8000_0000_0000_0005 0x8e3b_c81b_d2f3_4b7b_838c_32c8_8218_d2f0 High;
    PolicyReadWriteAuthenticationMethod = "Policy.ReadWrite.AuthenticationMethod" 0x7e82_3077_d88e_468f_a337_e18f_1f0e_6c7c 0x29c1_8626_4985_4dcd_85c0_193e_ef32_7366 High;
    ReportsReadAll = "Reports.Read.All" 0x02e9_7553_ed7b_43d0_ab3c_f8ba_ce0d_040c 0x230c_1aed_a721_4c5d_9cb4_a905_14e5_08ef High;
    RoleManagementReadDirectory = "RoleManagement.Read.Directory" 0x741c_54c3_0c1e_44a1_818b_3f97_ab4e_8c83 0x483b_ed4a_2ad3_4361_a73b_c83c_cdbd_c53c High;
    RoleManagementReadWriteDirectory = "RoleManagement.ReadWrite.Directory" 0xd01b_97e9_cbc0_49fe_810a_750a_fd55_27a3 0x9e3f_62cf_ca93_4989_b6ce_bf83_c28f_9fe8 TierZero;
    UserRead = "User.Read" 0xe1fe_6dd8_ba31_4d61_89e7_8863_9da4_683d - Low;
    UserReadAll = "User.Read.All" 0xa154_be20_db9c_4678_8ab7_66f6_cc09_9a59 0xdf02_1288_bdef_4463_88db_98f2_2de8_9214 High;
    UserReadBasicAll = "User.ReadBasic.All" 0xb340_eb25_3456_403f_be2f_af7a_0d37_0277 0x9723_5f07_e226_4f63_ace3_3958_8e11_d3a1 High;
    UserReadWriteAll = "User.ReadWrite.All" 0x204e_0828_b5ca_4ad8_b9f3_f32a_958e_7cc4 0x741f_803b_c850_494e_b5df_cde7_c675_a1ca High;
    /// The ids of the delegated `UserAuthMethod-Passkey` permissions are ours: Graph's could not be confirmed.
    PasskeyRead = "UserAuthMethod-Passkey.Read" 0xc1a7_16e2_0001_4000_8000_0000_0000_0001 - High;
    PasskeyReadAll = "UserAuthMethod-Passkey.Read.All" 0xc1a7_16e2_0001_4000_8000_0000_0000_0002 0x72e0_0c1d_3e3d_43bb_a0b9_c435_611b_b1d2 High;
    PasskeyReadWrite = "UserAuthMethod-Passkey.ReadWrite" 0xc1a7_16e2_0001_4000_8000_0000_0000_0003 - High;
    PasskeyReadWriteAll = "UserAuthMethod-Passkey.ReadWrite.All" 0xc1a7_16e2_0001_4000_8000_0000_0000_0004 0x0400_e371_7db1_4338_a269_9606_9eb6_5227 TierZero;
    MethodRead = "UserAuthenticationMethod.Read" 0x1f6b_61c5_2f65_4135_9c9f_31c0_f8d3_2b52 - High;
    MethodReadAll = "UserAuthenticationMethod.Read.All" 0xaec2_8ec7_4d02_4e8c_b864_5016_3aea_77eb 0x38d9_df27_64da_44fd_b7c5_a6fb_ac20_248f High;
    MethodReadWrite = "UserAuthenticationMethod.ReadWrite" 0x4897_1fc1_70d7_4245_af77_0beb_29b5_3ee2 - High;
    MethodReadWriteAll = "UserAuthenticationMethod.ReadWrite.All" 0xb788_7744_6746_4312_813d_72da_eaee_7e2d 0x5048_3e42_d915_4231_9639_7fdb_7fd1_90e5 TierZero;
    Email = "email" 0x64a6_cdd6_aab1_4aaf_94b8_3cc8_405e_90d0 - Low;
    OfflineAccess = "offline_access" 0x7427_e0e9_2fba_42fe_b0c0_848c_9e6a_8182 - Low;
    OpenId = "openid" 0x37f7_f235_527c_4136_accd_4a02_d197_296e - Low;
    Profile = "profile" 0x14da_d69e_099b_42c9_810b_d002_981f_eec1 - Low;
}

impl Permission {
    /// By its name on the wire, in that very case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Permission> {
        Permission::ALL
            .iter()
            .copied()
            .find(|permission| permission.name() == name)
    }

    /// By the id of the application permission.
    #[must_use]
    pub fn find_application(id: Id) -> Option<Permission> {
        Permission::ALL
            .iter()
            .copied()
            .find(|permission| permission.application_id() == Some(id))
    }

    /// By the id of the delegated permission.
    #[must_use]
    pub fn find_delegated(id: Id) -> Option<Permission> {
        Permission::ALL
            .iter()
            .copied()
            .find(|permission| permission.delegated_id() == Some(id))
    }

    /// Whether its holder can plant a credential or raise rights (security 11).
    #[must_use]
    pub fn is_tier_zero(self) -> bool {
        self.kind() == Kind::TierZero
    }

    /// Whether people may consent to it for themselves.
    #[must_use]
    pub fn is_low(self) -> bool {
        self.kind() == Kind::Low
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Permission;

    #[test]
    fn names_and_ids_are_unique_and_found_again() {
        let mut seen = HashSet::new();
        for permission in Permission::ALL.iter().copied() {
            assert!(seen.insert(permission.name().to_owned()));
            assert_eq!(Permission::parse(permission.name()), Some(permission));
            let ids = [permission.delegated_id(), permission.application_id()];
            assert!(ids.iter().any(Option::is_some), "{permission:?}");
            for id in ids.into_iter().flatten() {
                assert!(seen.insert(id.to_string()), "{permission:?}");
            }
            if let Some(id) = permission.application_id() {
                assert_eq!(Permission::find_application(id), Some(permission));
            }
            if let Some(id) = permission.delegated_id() {
                assert_eq!(Permission::find_delegated(id), Some(permission));
            }
            assert!(!(permission.is_low() && permission.is_tier_zero()));
            // What a person may let an application do is never something that it may do without people.
            assert!(!permission.is_low() || permission.application_id().is_none());
        }
        assert_eq!(Permission::parse("user.read"), None);
    }

    /// Graph's permission reference: name, id for people, id for applications. Clients name permissions by these.
    const PUBLISHED: &str = "\
AppRoleAssignment.ReadWrite.All 84bccea3-f856-4a8a-967b-dbe0a3d53a64 06b708a9-e830-4db3-a914-8e69da51d44f
Application.Read.All c79f8feb-a9db-4090-85f9-90d820caa0eb 9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30
Application.ReadWrite.All bdfbf15f-ee85-4955-8675-146e8e5296b5 1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9
AuditLog.Read.All e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20 b0afded3-3588-46d8-8b3d-9842eff778da
DelegatedPermissionGrant.ReadWrite.All 41ce6ca6-6826-4807-84f1-1c82854f7ee5 8e8e4742-1d95-4f68-9d56-6ee75648c72a
Directory.Read.All 06da0dbc-49e2-44d2-8312-53f166ab848a 7ab1d382-f21e-4acd-a863-ba3e13f7da61
Directory.ReadWrite.All c5366453-9fb0-48a5-a156-24f0c49a4b84 19dbc75e-c2e2-444c-a770-ec69d8559fc7
Group.Read.All 5f8c59db-677d-491f-a6b8-5f174b11ec1d 5b567255-7703-4780-807c-7be8301ae99b
Group.ReadWrite.All 4e46008b-f24c-477d-8fff-7bb4ec7aafe0 62a82d76-70ea-41e2-9197-370581804d09
GroupMember.Read.All bc024368-1153-4739-b217-4326f2e966d0 98830695-27a2-44f7-8c18-0c3ebc9698f6
GroupMember.ReadWrite.All f81125ac-d3b7-4573-a3b2-7099cc39df9e dbaae8cf-10b5-4b86-a4a1-f871c94c6695
Organization.Read.All 4908d5b9-3fb2-4b1e-9336-1888b7937185 498476ce-e0fe-48b0-b801-37ba7e2685c6
Policy.Read.All 572fea84-0151-49b2-9301-11cb16974376 246dd0d5-5bd0-4def-940b-0421030a5b68
Policy.Read.AuthenticationMethod ? 8e3bc81b-d2f3-4b7b-838c-32c88218d2f0
Policy.ReadWrite.AuthenticationMethod 7e823077-d88e-468f-a337-e18f1f0e6c7c 29c18626-4985-4dcd-85c0-193eef327366
Reports.Read.All 02e97553-ed7b-43d0-ab3c-f8bace0d040c 230c1aed-a721-4c5d-9cb4-a90514e508ef
RoleManagement.Read.Directory 741c54c3-0c1e-44a1-818b-3f97ab4e8c83 483bed4a-2ad3-4361-a73b-c83ccdbdc53c
RoleManagement.ReadWrite.Directory d01b97e9-cbc0-49fe-810a-750afd5527a3 9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8
User.Read e1fe6dd8-ba31-4d61-89e7-88639da4683d -
User.Read.All a154be20-db9c-4678-8ab7-66f6cc099a59 df021288-bdef-4463-88db-98f22de89214
User.ReadBasic.All b340eb25-3456-403f-be2f-af7a0d370277 97235f07-e226-4f63-ace3-39588e11d3a1
User.ReadWrite.All 204e0828-b5ca-4ad8-b9f3-f32a958e7cc4 741f803b-c850-494e-b5df-cde7c675a1ca
UserAuthMethod-Passkey.Read ? -
UserAuthMethod-Passkey.Read.All ? 72e00c1d-3e3d-43bb-a0b9-c435611bb1d2
UserAuthMethod-Passkey.ReadWrite ? -
UserAuthMethod-Passkey.ReadWrite.All ? 0400e371-7db1-4338-a269-96069eb65227
UserAuthenticationMethod.Read 1f6b61c5-2f65-4135-9c9f-31c0f8d32b52 -
UserAuthenticationMethod.Read.All aec28ec7-4d02-4e8c-b864-50163aea77eb 38d9df27-64da-44fd-b7c5-a6fbac20248f
UserAuthenticationMethod.ReadWrite 48971fc1-70d7-4245-af77-0beb29b53ee2 -
UserAuthenticationMethod.ReadWrite.All b7887744-6746-4312-813d-72daeaee7e2d 50483e42-d915-4231-9639-7fdb7fd190e5
email 64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0 -
offline_access 7427e0e9-2fba-42fe-b0c0-848c9e6a8182 -
openid 37f7f235-527c-4136-accd-4a02d197296e -
profile 14dad69e-099b-42c9-810b-d002981feec1 -";

    #[test]
    fn ids_are_the_published_ones() {
        let mut told = HashSet::new();
        for line in PUBLISHED.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [name, delegated, application] = words[..] else {
                panic!("{line}");
            };
            let permission = Permission::parse(name).unwrap();
            let written = |id: Option<store::Id>| id.map_or("-".to_owned(), |id| id.to_string());
            match delegated {
                // Not published: one of ours, which nobody takes for one of Graph's.
                "?" => assert!(
                    written(permission.delegated_id()).starts_with("c1a716e2-"),
                    "{name}"
                ),
                id => assert_eq!(written(permission.delegated_id()), id, "{name}"),
            }
            assert_eq!(written(permission.application_id()), application, "{name}");
            told.insert(permission);
        }
        assert_eq!(told.len(), Permission::ALL.len());
    }
}
