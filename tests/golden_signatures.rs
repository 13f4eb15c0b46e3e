//! Fixed numbers: what is stored on one machine, with one version, is read on every other. A change here is a change
//! of format and belongs into the changelog.

use newsift::hash;
use newsift::lsh::Bands;
use newsift::minhash::MinHash;
use newsift::shingle::shingles;
use newsift::simhash::simhash;
use newsift::text::Words;
use newsift::winnow::winnow;

const STORY: &str = "The harbour authority of Östervik said on Tuesday that the old swing bridge will stay closed until \
    “at least the end of March”, after divers found cracks in two of its four bearings. Ferries don’t run before 6 a.m.";

#[test]
fn words() {
    for (word, expected) in [
        ("a", 0x59fb_7d0f_8076_0d74),
        ("bridge", 0x733e_c9f5_a20b_6e2d),
        ("'", 0x330c_0d01_f7f1_03bf),
        ("harbourauthority", 0xc844_daa2_69a6_39a3),
        ("donaudampfschifffahrt", 0x8f66_5742_8f26_3a42),
        ("мост", 0x886f_faad_7102_9343),
        ("日本", 0x7c07_b140_dbe5_5cb8),
    ] {
        assert_eq!(
            hash::word(word.as_bytes()),
            expected,
            "{word}: {:#x}",
            hash::word(word.as_bytes())
        );
    }
}

#[test]
fn story() {
    let mut words = Words::new();
    words.read(STORY);
    assert_eq!(words.len(), 40);
    assert_eq!(
        words.hashes()[..3],
        [
            0xa588_5704_245b_888b,
            0x8e68_326f_890d_5c7b,
            0x6cfd_d1a2_a3d7_ce4f
        ],
        "{:#x?}",
        &words.hashes()[..3]
    );
    let mut out = Vec::new();
    shingles(words.hashes(), 5, &mut out);
    assert_eq!(out.len(), 36);
    assert_eq!(
        out[..3],
        [
            0xeb7b_af3f_15cc_eebc,
            0xaff3_2e7d_83c9_6f5c,
            0x2fa7_6034_3059_5e29
        ],
        "{:#x?}",
        &out[..3]
    );
    assert_eq!(
        simhash(words.hashes()),
        Some(0x2da9_644d_804f_4a21),
        "{:#x?}",
        simhash(words.hashes())
    );
    let mut anchors = Vec::new();
    winnow(&out, 8, &mut anchors);
    let positions: Vec<usize> = anchors.iter().map(|a| a.position).collect();
    assert_eq!(positions, [4, 6, 9, 14, 18, 26, 31]);
    let signature = MinHash::<128>::new().signature(&out);
    let slots = signature.as_ref().map(|s| &s.as_slots()[..4]);
    assert_eq!(
        slots,
        Some(&[0x986b_c428, 0xaf7d_3b40, 0x44a0_6f55, 0x5f35_742a][..]),
        "{slots:#x?}"
    );
    let bytes: Vec<u8> = signature
        .iter()
        .flat_map(|s| s.as_slots().iter().flat_map(|slot| slot.to_le_bytes()))
        .collect();
    assert_eq!(
        xxhash_rust::xxh3::xxh3_64(&bytes),
        0x6ad9_382c_9bca_d182,
        "{:#x}",
        xxhash_rust::xxh3::xxh3_64(&bytes)
    );
    let keys: Vec<u64> = signature
        .iter()
        .flat_map(|s| Bands::for_recall(128, 0.5, 0.99).keys(s.as_slots()))
        .collect();
    assert_eq!(
        keys[..2],
        [0x328d_cddf_c4e0_87ee, 0xa5f8_49ba_25c5_79d6],
        "{:#x?}",
        &keys[..2]
    );
    let seeded = MinHash::<16>::with_seed(7).signature(&out);
    let slots = seeded.as_ref().map(|s| &s.as_slots()[..4]);
    assert_eq!(
        slots,
        Some(&[0x0c7a_1764, 0x6769_ca3a, 0x46ef_c26b, 0xf08b_3e18][..]),
        "{slots:#x?}"
    );
}
