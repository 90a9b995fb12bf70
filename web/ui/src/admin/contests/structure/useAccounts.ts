// The accounts that posts are given to, for those who may see accounts.
import { get } from '../../server'
import { useSession } from '../../session'
import type { Account, List } from '../../types'

/** All accounts that are open; none where the person may not see them. */
export async function openAccounts(): Promise<Account[]> {
  if (!useSession().may('account.manage')) return []
  return (await get<List<Account>>('/accounts')).items.filter((a) => !a.disabled)
}

/** An account in a list: its name, with the unit that recusal goes by. */
export const accountLabel = (a: Account): string => (a.unit ? `${a.name}（${a.unit}）` : a.name)
