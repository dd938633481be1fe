"""What a deployment costs: counted units times list prices."""
