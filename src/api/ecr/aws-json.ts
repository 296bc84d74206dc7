/** The media type of the AWS JSON 1.1 protocol, in which ECR's API speaks. */
export const AWS_JSON = 'application/x-amz-json-1.1'
