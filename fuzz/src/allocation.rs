//! An allocator that counts, so that memory out of proportion to the input is a finding.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What any input may cost: tables, buffers of the standard library, errors, decoded keys.
const BASE: usize = 64 * 1024;
/// And for each byte of it. JSON's shortest value is two bytes (`0,`), and a value's place in a list of texts has
/// 24; base64url, copies and lists of keys stay below that.
const PER_BYTE: usize = 32;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
    static ALLOWED: Cell<usize> = const { Cell::new(0) };
}

pub(crate) struct Counting;

fn grow(size: usize) {
    LIVE.with(|live| {
        live.set(live.get().saturating_add(size));
        PEAK.with(|peak| peak.set(peak.get().max(live.get())));
    });
}

fn shrink(size: usize) {
    LIVE.with(|live| live.set(live.get().saturating_sub(size)));
}

// SAFETY: every call is handed on to the system's allocator as it came; beside that only thread-local counters
// without destructors are touched, which allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        shrink(layout.size());
        // SAFETY: as above; the place came from `alloc`, which is the system's.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grow(size);
        shrink(layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// What a target may hold besides, where a bound of its own says how much.
pub(crate) fn allow(size: usize) {
    ALLOWED.with(|allowed| allowed.set(size));
}

/// Runs a body and refuses what it held at its peak, if that is out of proportion.
///
/// # Panics
/// If it is: libFuzzer keeps the input.
pub(crate) fn watch(length: usize, body: impl FnOnce()) {
    let before = LIVE.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    body();
    let held = PEAK.with(Cell::get).saturating_sub(before);
    let bound = BASE + PER_BYTE * length + ALLOWED.with(Cell::take);
    assert!(
        held <= bound,
        "{held} bytes held for an input of {length}; the bound is {bound}"
    );
}
