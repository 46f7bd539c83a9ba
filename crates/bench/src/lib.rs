//! Load generators and floors. Ships nowhere.
