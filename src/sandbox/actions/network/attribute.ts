import { boolean, structure } from '../../wire/shape.js'

/** A switch as Modify…Attribute actions take it: `EnableDnsSupport.Value=true`. */
export const attributeBoolean = structure({ Value: boolean })
