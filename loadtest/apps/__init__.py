"""What a page of an app needs: generic extraction, and one short file for each framework's preset."""
