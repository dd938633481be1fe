"""A domain's required records in the forms that DNS hosts and their tools take."""
