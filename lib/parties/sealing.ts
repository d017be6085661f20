/** Sealing with age: `age --decrypt` opens what is sealed here. */

/** @param recipient `age1…` @returns in base64 */
export async function sealFor(recipient: string, content: string): Promise<string> {
  const { Encrypter } = await import("age-encryption")
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return Buffer.from(await encrypter.encrypt(content)).toString("base64")
}

/** @throws Error where it is sealed to somebody else, or was altered */
export async function openSealed(identity: string, sealed: string): Promise<string> {
  const { Decrypter } = await import("age-encryption")
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  return decrypter.decrypt(Buffer.from(sealed, "base64"), "text")
}
