"""An owner's account: export and erasure of photos and albums."""
