/** As in package.json; a test compares them. Not imported from there, so that the executable needs no file beside it. */
export const VERSION = '0.1.0'
