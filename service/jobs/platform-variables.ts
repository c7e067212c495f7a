/** What the platform itself tells every training container. No parameter of a request may take one of these names. */
export const PLATFORM_VARIABLES = [
  'NUM_WORKER',
  'USE_GPU',
  'LABEL_COLUMN',
  'RUN_NAME',
  'MLPLATFORM_JOB_ID',
  'MLPLATFORM_RETRY_OF',
  'MLPLATFORM_ATTEMPT',
  'STORAGE_PATH',
  'ARTIFACT_URI',
  'S3_ENDPOINT',
  'S3_REGION',
  'S3_BUCKET',
  'S3_TRAIN_KEY',
  'S3_VAL_KEY',
  'S3_TEST_KEY',
  'FEATURE_NAMES',
  'CSV_COLUMNS',
  'CONTENT_TYPE',
] as const;
export type PlatformVariable = (typeof PLATFORM_VARIABLES)[number];

/** Pods take these from a Secret, never from text: they are the keys of that Secret, too. */
export const CREDENTIAL_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
