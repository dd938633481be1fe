"""What is wrong with a deployment, or would be: asked of AWS and of the DNS, one finding for each thing looked at."""
