import type { FoundImage, FoundRegion, FoundType, FoundZone, ImagesWanted } from '../../model/launch/on-offer.js'

/** What EC2 has on offer where the target is. */
export interface CatalogueCloud {
  /** Those that are available, the newest first. */
  findImages(wanted: ImagesWanted): Promise<readonly FoundImage[]>
  /** Every type of the region, also those that no zone of the account offers. */
  listTypes(): Promise<readonly FoundType[]>
  /** Also those that the account has not opted into; by name. */
  listZones(): Promise<readonly FoundZone[]>
  /** The same of regions. */
  listRegions(): Promise<readonly FoundRegion[]>
}
