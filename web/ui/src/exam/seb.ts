// What Safe Exam Browser's JavaScript API proves about itself (exam-systems.md §2.6). Its values belong to the address
// of the last real navigation, so that address goes with them: this page never navigates.

interface Security {
  version?: string
  configKey: string
  browserExamKey: string
  updateKeys: (done: () => void) => void
}

/** Both keys, each already hashed with `url` by the browser. */
export interface LockdownProof {
  url: string
  config_key: string
  browser_exam_key: string
}

/** The address that was really navigated to. */
const landed = location.href.split('#')[0]!

function security(): Security | undefined {
  return (window as { SafeExamBrowser?: { security?: Security } }).SafeExamBrowser?.security
}

/** The proof of now, or nothing in other browsers. An answer that does not come within two seconds is no proof. */
export function lockdownProof(): Promise<LockdownProof> | undefined {
  const api = security()
  return api && prove(api)
}

async function prove(api: Security): Promise<LockdownProof> {
  await new Promise<void>((done) => {
    setTimeout(done, 2_000)
    api.updateKeys(done)
  })
  return { url: landed, config_key: api.configKey, browser_exam_key: api.browserExamKey }
}
