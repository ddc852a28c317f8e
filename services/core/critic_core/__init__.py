"""The only code the services share: contracts on the wire, imaging, and the runtime they stand on."""
