# Region and credentials come from the environment, as for every AWS tool; so does
# AWS_ENDPOINT_URL, which points everything at an emulator.
provider "aws" {
  # An emulator knows no account to ask for, and no bucket by a host name of its own.
  skip_credentials_validation = var.emulator
  skip_metadata_api_check     = var.emulator
  s3_use_path_style           = var.emulator

  default_tags {
    tags = {
      application = "casefold"
      deployment  = var.prefix
    }
  }
}
