/** Marks what one operation made, where EC2 has no other way to find it again: `once`, as the port was given it. */
export const operationTag = 'evenkeel:op'
