/** Days become seconds: everything that waits in a real installation happens all the time here. */
export const RIG_LEASE_MS = 4000
export const RIG_SETTINGS = {
  LADING_BLOB_LEASE: `${RIG_LEASE_MS}ms`,
  LADING_RESTORE_WINDOW: '500ms',
  LADING_REMOVAL_DELAY: '300ms',
  LADING_UPLOAD_EXPIRY: '3s',
  LADING_COLLECT_INTERVAL: '100ms',
  LADING_SCRUB_INTERVAL: '5s',
  // Nearly all that the load leaves behind is to go: what a careful collector would ask about.
  LADING_COLLECT_SHARE: '100%',
} as const
