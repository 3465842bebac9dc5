# Files made from others at build time: assembly offsets from C, the system-call tables, the vDSO image.
add_custom_target(tern_generated)
