/** EC2 takes user data of up to 16 KiB before base64; so does the user data of a launch template. */
export const ledgerPartBytesMax = 16 * 1024

/** Chosen: 8 MB of gzip. A version each, of which EC2 keeps 10,000. */
export const ledgerPartsMax = 500
