"""A target to aim at: a small Socket.IO app whose faults can be switched on."""
