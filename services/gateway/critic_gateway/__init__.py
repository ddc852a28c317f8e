"""REST API and web page: uploads, results, albums, events. The gateway never decodes a photo."""
