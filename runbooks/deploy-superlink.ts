import { blocked, different, done, type Look, main, absent, underWay } from "../lib/index.ts"
import { type Context, guideStep } from "./context.ts"
import { familyOf } from "./flower-versions.ts"
import { adopted, adoptedMark, ours } from "./labels.ts"
import { applyManifest, superlinkManifest } from "./manifests.ts"
import { hasProjects, seen } from "./reading.ts"
import { lookAtRollout, PODS } from "./rollout.ts"
import {
  adaptArguments,
  type Chosen,
  chooseVersion,
  deploymentRef,
  findSuperlink,
  runningVersion,
  superlinkMisfits,
} from "./superlink.ts"
import { containerOf, type Deployment, deploymentDifferences } from "./workload.ts"
