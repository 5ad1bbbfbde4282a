//! The desk of an agent.
