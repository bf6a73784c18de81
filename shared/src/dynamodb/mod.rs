//! The gateway on DynamoDB.
