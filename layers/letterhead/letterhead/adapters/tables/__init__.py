"""DynamoDB, one module a table. PynamoDB's models stay inside; concepts go in and come out."""
