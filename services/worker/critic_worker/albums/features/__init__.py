"""What is known of each photo: capture, properties, embeddings."""
