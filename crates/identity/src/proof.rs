//! Proofs and the one thing made from them (security 2).
