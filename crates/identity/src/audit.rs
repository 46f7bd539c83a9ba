//! Records that can't be changed unseen (security 34).
