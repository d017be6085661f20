/** Ansible's own command: that on PATH, or one in the cache, which is installed once. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

/** @returns the command, or why there is none */
export function ansiblePlaybook(): { readonly command: string } | { readonly missing: string } {
  if (works("ansible-playbook", "--version")) return { command: "ansible-playbook" }
  const missing = "no ansible-playbook"
  if (!works("python3", "--version")) return { missing }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "flower-runbook")
  const folder = join(cache, "ansible")
  const command = join(folder, "bin/ansible-playbook")
  if (existsSync(command) && works(command, "--version")) return { command }
  mkdirSync(cache, { recursive: true })
  const made =
    works("python3", "-m", "venv", "--clear", folder) &&
    works(join(folder, "bin/pip"), "install", "--quiet", "ansible-core")
  return made && works(command, "--version") ? { command } : { missing }
}

function works(file: string, ...args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}
