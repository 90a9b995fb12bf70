// The shapes of tablets and judges' cards, by their short names.
import type { components } from '../../../../shared/api.gen'

type Schemas = components['schemas']

export type Card = Schemas['CardView']
export type Pairing = Schemas['PairingView']
export type SignInCode = Schemas['SignInCode']
export type TabletList = Schemas['TabletList']
/** The generated types say "always there" of what the server leaves null: a tablet nobody uses, a device not paired. */
export type TabletStatus = Omit<Schemas['TabletStatus'], 'tablet' | 'presence'> & {
  tablet: Schemas['TabletView'] | null
  presence: Schemas['TabletPresence'] | null
}
