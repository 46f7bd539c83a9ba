//! The TCG's registry of TPM manufacturers ("TCG TPM Vendor ID Registry"), as certificates write them.

/// Every manufacturer of TPM 2.0 in the registry, in the form in which certificates have it. To be handed in as
/// [`TpmManufacturers::Listed`](super::super::TpmManufacturers::Listed), or replaced by the caller's own table.
pub const TPM_MANUFACTURERS: &[&str] = &[
    "id:414D4400", // AMD
    "id:414E5400", // Ant Group
    "id:41544D4C", // Atmel
    "id:4252434D", // Broadcom
    "id:4353434F", // Cisco
    "id:464C5953", // FlySlice
    "id:474F4F47", // Google
    "id:48504500", // HPE
    "id:48504900", // HPI
    "id:48495349", // HiSilicon
    "id:49424D00", // IBM
    "id:49465800", // Infineon
    "id:494E5443", // Intel
    "id:4C454E00", // Lenovo
    "id:4D534654", // Microsoft
    "id:4E534D20", // National Semiconductor
    "id:4E545A00", // Nationz
    "id:4E534700", // NSING
    "id:4E544300", // Nuvoton
    "id:51434F4D", // Qualcomm
    "id:524F4343", // Rockchip
    "id:53454345", // SecEdge
    "id:534D5343", // SMSC
    "id:534D534E", // Samsung
    "id:534E5300", // Sinosun
    "id:53544D20", // ST Microelectronics
    "id:54584E00", // Texas Instruments
    "id:57454300", // Winbond
];
