// Written by `npm run types` from the service's OpenAPI document; never edited by hand.
export interface paths {
    "/api/v1/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel, suspend, resume, retry or delete many jobs at once
         * @description What came of each job is in the answer, in the order of the request. Asked for in one transaction, but for retry, which makes a job for each: sent again under the same Idempotency-Key it makes those that are missing. Role: submitter.
         */
        post: operations["postActions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/algorithms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The built-in algorithms with their fields: types, ranges, defaults
         * @description From the same schema that checks a request. Role: viewer.
         */
        get: operations["getAlgorithms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How callers prove who they are; what the page needs to sign its user in */
        get: operations["getAuth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every transition of every job, as Server-Sent Events
         * @description Each message is one JobEvent with its id. Reconnecting with Last-Event-ID goes on right after it, with no gap. Without it the stream begins now. In between, messages of the type progress, without an id, tell how far trainings are ({"progress": [{"id", "namespace", "progress"}]}: the newest of each job, at most once a second); one that was missed is in the job. Role: viewer.
         */
        get: operations["getEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/filters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Values to filter and to sort the list by: which the newest jobs have, and how many of them
         * @description Role: viewer.
         */
        get: operations["getFilters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/goodput": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Hours by namespace, what was lost of them and to what, and steps kept of those run
         * @description Of jobs that are still known. An attempt that reaches beyond the time that is asked for counts by the part that lies within, as if it had run evenly. format=csv answers the teams as text/csv; the header Goodput-Complete says whether all jobs were counted. Role: viewer.
         */
        get: operations["getGoodput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs, a page at a time
         * @description A bare array. When there are more, the Link header names the next page (rel="next"). Role: viewer.
         */
        get: operations["getJobs"];
        put?: never;
        /**
         * Submit a job
         * @description The job is stored before this answers, as Pending; it is dispatched at once after. What was ignored or hardly works is told in warnings. With dryRun=true nothing is stored: the answer says what would be created, and where. Role: submitter.
         */
        post: operations["postJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One job
         * @description Role: viewer.
         */
        get: operations["getJobsId"];
        put?: never;
        post?: never;
        /**
         * Remove a job with all that was created for it
         * @description Waits up to 5 s until everything is gone; after that it goes on by itself, and the job is gone when GET answers 404. Role: submitter.
         */
        delete: operations["deleteJobsId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The job and its retries, oldest first
         * @description Role: viewer.
         */
        get: operations["getJobsIdAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a job for good; it ends as Failed with reason Cancelled
         * @description Role: submitter.
         */
        post: operations["postJobsIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A job's history: its newest 1,000 transitions, oldest first
         * @description Role: viewer.
         */
        get: operations["getJobsIdEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Output of a job: live from its pods, or what was kept of them
         * @description The header X-Log-Source says which: pods, kept, or none when nothing was written yet. Role: viewer.
         */
        get: operations["getJobsIdLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/logs/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which runs of a job have output, to be read by ?run=
         * @description Role: viewer.
         */
        get: operations["getJobsIdLogsRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The objects of a job as they are applied to Karmada
         * @description Role: viewer.
         */
        get: operations["getJobsIdManifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the numbers that a training tells have gone
         * @description In columns. What was told in the last seconds may be missing; the event stream has it. Role: viewer.
         */
        get: operations["getJobsIdMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/outputs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a job has left, and where
         * @description The files in the folder of its id below its artifactUri, where this service can read that; else the place, with why. Role: viewer.
         */
        get: operations["getJobsIdOutputs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/outputs/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One file that a job has left
         * @description As it comes from where it lies. At most 16 at a time; 503 for more. Role: viewer.
         */
        get: operations["getJobsIdOutputsFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/pods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Pods of a job with what they wait for, and the Kubernetes events about it, from its clusters
         * @description Role: viewer.
         */
        get: operations["getJobsIdPods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/priority": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the priority of a job that waits to be dispatched
         * @description Role: submitter.
         */
        post: operations["postJobsIdPriority"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a suspended job go on
         * @description Role: submitter.
         */
        post: operations["postJobsIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a finished job again
         * @description A new job from the same request, linked to the first. Role: submitter.
         */
        post: operations["postJobsIdRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * State of a job, summed up over its clusters
         * @description Role: viewer.
         */
        get: operations["getJobsIdStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Free the resources of a job until it is resumed
         * @description Role: submitter.
         */
        post: operations["postJobsIdSuspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Some jobs side by side: their curves, and what their requests do not agree in
         * @description Role: viewer.
         */
        get: operations["getJobsCompare"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is calling, and what they may do
         * @description Role: viewer.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proxy/clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Member clusters: readiness, capacity, jobs, and how fresh our knowledge is
         * @description Role: viewer.
         */
        get: operations["getProxyClusters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proxy/clusters/{cluster}/fence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm that nothing in a cluster that does not answer can write any more
         * @description Its machines are off, or cut off from every storage and from this service. Jobs whose retryPolicy says elsewhere go on in another cluster once it has not answered for CLUSTER_LOST_AFTER, and no job is sent there any more. What was confirmed and is not so lets two copies of a training write at the same time. 409 while the cluster answers: what it runs can be cancelled or suspended then. Role: admin.
         */
        post: operations["postProxyClustersClusterFence"];
        /**
         * Let jobs be sent to a cluster again that was fenced
         * @description 409 as long as attempts that were given up there have not been seen to be gone. Role: admin.
         */
        delete: operations["deleteProxyClustersClusterFence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proxy/clusters/{cluster}/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Objects in a member cluster, of the types that may be read
         * @description Types: pods, jobs, rayjobs, rayclusters, trainingjobs, events, persistentvolumeclaims, services, nodes. Anything else, Secrets above all, is refused. Role: viewer.
         */
        get: operations["getProxyClustersClusterResources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Jobs that wait to be dispatched, with their places in the queue
         * @description Role: viewer.
         */
        get: operations["getQueue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Jobs counted by state and cluster
         * @description Role: viewer.
         */
        get: operations["getSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What each namespace uses, and waits for
         * @description Of namespaces with jobs that have not ended; those that use the most GPUs first. Role: viewer.
         */
        get: operations["getTeams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workdirs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Where a folder goes that a job is to start in
         * @description The folder as a zip file that has one folder at its top, named by its SHA-256. Who sends one that is not there yet brings it to the object storage by the upload that this answers: PUT, with exactly these headers. A job names it as its workdir. 409 where the platform takes no folders. Role: submitter.
         */
        post: operations["postWorkdirs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process is alive */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The database answers, its migrations are done, and the service is not stopping */
        get: operations["getReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Algorithm: {
            /** @description Names of the fields that are set most, in the order in which to ask for them */
            common: string[];
            description: string;
            entrypoint: string;
            fields: components["schemas"]["AlgorithmField"][];
            name: string;
            /** @description It is made for GPUs; without them it serves to try things out */
            needsGpus: boolean;
            title: string;
        };
        AlgorithmField: {
            default?: unknown;
            /** @description The only values allowed */
            enum?: (string | number)[];
            exclusiveMax?: boolean;
            /** @description The bound itself is not allowed */
            exclusiveMin?: boolean;
            help: string;
            items?: {
                enum?: string[];
                pattern?: string;
            };
            /** @description Words allowed instead of a value of the type */
            literals?: string[];
            max?: number;
            maxItems?: number;
            maxLength?: number;
            min?: number;
            minItems?: number;
            name: string;
            nullable: boolean;
            pattern?: string;
            /** @enum {string} */
            type: "integer" | "number" | "string" | "boolean" | "list";
        };
        Attempt: {
            attempt: number;
            clusters: string[];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            finishedAt: string | null;
            /** @description Of its job: one that is tried again by its retryPolicy has several attempts */
            id: string;
            /**
             * @description Why another attempt of the same job followed; null: none did
             * @enum {string|null}
             */
            lostTo: "infrastructure" | "preempted" | "stalled" | "oom" | null;
            message: string;
            objectName: string;
            /** @description Milliseconds of its runs that are over */
            ranForMs: number;
            reason: string;
            /** Format: date-time */
            startedAt: string | null;
            status: components["schemas"]["JobStatusName"];
        };
        Auth: {
            audience: string | null;
            clientId: string | null;
            issuer: string | null;
            /** @enum {string} */
            mode: "none" | "tokens" | "oidc";
        };
        BulkOutcome: {
            outcomes: {
                /** @description Why not */
                detail: string | null;
                id: string;
                /** @description Of retry: the job that runs it again */
                newId?: string;
                /**
                 * @description done: asked for, or it was so already; refused: its state does not allow it; unknown: no such job
                 * @enum {string}
                 */
                outcome: "done" | "refused" | "forbidden" | "unknown";
            }[];
        };
        BulkRequest: {
            /** @enum {string} */
            action: "cancel" | "suspend" | "resume" | "retry" | "delete";
            ids: string[];
        };
        Cluster: {
            /** @description Kubernetes quantities by resource */
            allocatable: {
                [key: string]: string;
            };
            allocated: {
                [key: string]: string;
            };
            /** @description An administrator has confirmed that nothing there can write any more: no job is sent there */
            fence: {
                /** Format: date-time */
                at: string;
                /** @description Who has confirmed it */
                by: string;
                /** @description Attempts that were given up there since, and have not been seen to be gone */
                leftBehind: number;
                reason: string;
            } | null;
            jobs: components["schemas"]["Counts"];
            kubernetesVersion: string;
            message: string;
            /** @description How fresh our knowledge is; null while no job is there */
            monitor: {
                consecutiveFailures: number;
                error: string | null;
                /** Format: date-time */
                lastAnswerAt: string | null;
                latencyMs: number | null;
                /** Format: date-time */
                unreachableSince: string | null;
            } | null;
            name: string;
            nodes: {
                ready: number;
                total: number;
            };
            ready: boolean;
            reason: string;
            region: string;
            /** @description Each job in one of six: what was suspended or cancelled is not in those that its status names */
            states: {
                Cancelled?: number;
                Failed?: number;
                Pending?: number;
                Running?: number;
                Succeeded?: number;
                Suspended?: number;
            };
            /** @description null: nobody asks, since no job is there, or the service is not told of a Prometheus */
            utilisation: {
                /**
                 * Format: date-time
                 * @description When its Prometheus told last what jobs use there
                 */
                answeredAt: string | null;
                /** @description Why it does not; null: it does */
                why: string | null;
            } | null;
            zone: string;
        };
        Clusters: {
            clusters: components["schemas"]["Cluster"][];
            /**
             * Format: date-time
             * @description Since when Karmada does not answer: the clusters are as it told them last
             */
            unreachableSince: string | null;
        };
        ClusterState: {
            /** Format: date-time */
            finishedAt: string | null;
            message: string;
            reason: string;
            /** Format: date-time */
            startedAt: string | null;
            status: components["schemas"]["JobStatusName"];
        };
        Comparison: {
            /** @description What their requests do not agree in */
            differences: {
                /** @description Such as hyperparameters.eta */
                name: string;
                /** @description Of each job, in their order; null where it says nothing */
                values: unknown[];
            }[];
            jobs: components["schemas"]["ListedJob"][];
            metrics: components["schemas"]["Metrics"][];
        };
        Counts: {
            Failed?: number;
            Pending?: number;
            Running?: number;
            Succeeded?: number;
        };
        DryRun: {
            /** @description Clusters that may get the job; empty when Karmada does not answer */
            candidates: {
                cluster: string;
                /** @description Whether a node of it, when empty, holds an instance; null: not known */
                fits: boolean | null;
                message: string;
                ready: boolean;
            }[];
            /** @enum {boolean} */
            dryRun: true;
            /** @description In the order in which they are applied; the id is drawn anew */
            manifests: components["schemas"]["KubernetesObject"][];
            /** @description As it is understood, with its defaults */
            request: {
                algorithm: {
                    /** @description One of GET /algorithms; for a container any name to find the job by. */
                    algorithmName?: string;
                    /** @description The container image; required with source container. */
                    imageUri?: string;
                    /**
                     * @description builtin, or container for an image of one's own; default and custom are older words for the same.
                     * @default builtin
                     * @enum {string}
                     */
                    source?: "builtin" | "container" | "default" | "custom";
                };
                /** @description Replaces the image's CMD (runtime job), or follows the command (runtime trainingjob). */
                args?: string[];
                /**
                 * @description Clusters that run the job, each a whole copy of it.
                 * @default 1
                 */
                clusterCount?: number;
                /** @description Replaces the image's ENTRYPOINT (runtime job), or the framework's own start (runtime trainingjob). */
                command?: string[];
                /** @description Secret in the job's namespace with the keys to the object storage. */
                credentialsSecret?: string;
                /**
                 * @description More variables for the training container, upper-cased; at most 1000.
                 * @default {}
                 */
                customHyperparameters?: {
                    [key: string]: "" | string | number | boolean;
                };
                /** @description Shell command that starts the training (runtime ray). */
                entrypoint?: string;
                /** @description Image of the Ray head, when it differs. */
                headImage?: string;
                /**
                 * @description By algorithm: {"xgboost": {"eta": 0.1}}. GET /algorithms lists the fields.
                 * @default {}
                 */
                hyperparameters?: {
                    [key: string]: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * @description Where the data comes from.
                 * @default []
                 */
                inputDataConfig?: {
                    /** @description Bucket, plain or as scheme://bucket. */
                    bucket?: string;
                    /** @description train, validation, test, or a name of one's own. */
                    channelName: string;
                    /**
                     * @description What the data is for; by default what channelName says.
                     * @enum {string}
                     */
                    channelType?: "train" | "validation" | "test";
                    /** @description For example text/csv or application/x-parquet. */
                    contentType?: string;
                    /** @description Names of the columns of a CSV file without a header. */
                    csvColumns?: string | string[];
                    /** @description Address of the object storage; not needed for aws and gcs. */
                    endpoint?: string;
                    /** @description Columns to learn from. */
                    featureNames?: string | string[];
                    /** @description The client's own name for this entry. */
                    id?: string;
                    /** @description Column to predict. */
                    labelName?: string;
                    /** @description Key or folder within the bucket. */
                    prefix?: string;
                    /**
                     * @description Where the data is.
                     * @default object-storage
                     * @enum {string}
                     */
                    sourceType?: "object-storage" | "upload";
                    /**
                     * @description Who keeps the data.
                     * @enum {string}
                     */
                    storageProvider?: "aws" | "minio" | "gcs" | "azure" | "custom";
                }[];
                /** @description Name of the job; the id adds eight hex digits to it. */
                jobName: string;
                /**
                 * @description The volume stays until the job is deleted; else it is removed some days after the job has ended.
                 * @default false
                 */
                keepVolume?: boolean;
                /**
                 * @description Kubernetes namespace in the member cluster.
                 * @default default
                 */
                namespace?: string;
                /** @default {} */
                outputDataConfig?: {
                    /** @description Where the model is to be put; told as ARTIFACT_URI. */
                    artifactUri?: string;
                };
                /**
                 * @description Higher is dispatched first.
                 * @default 500
                 */
                priority?: number;
                /** @description A PersistentVolumeClaim that exists already, instead of a new one. */
                pvcName?: string;
                /** @default {} */
                resources?: {
                    /**
                     * @description Workers that train together.
                     * @default 1
                     */
                    instanceCount?: number;
                    /** @default {} */
                    instanceResources?: {
                        /**
                         * @description CPU cores of each instance.
                         * @default 4
                         */
                        cpuCores?: number;
                        /**
                         * @description NVIDIA GPUs of each instance.
                         * @default 0
                         */
                        gpuCount?: number;
                        /**
                         * @description Memory of each instance.
                         * @default 16
                         */
                        memoryGiB?: number;
                    };
                    /**
                     * @description Size of the volume for results, in GiB.
                     * @default 50
                     */
                    volumeSizeGB?: number;
                };
                /** @description What is tried again by itself, as the next attempt of the same job, from its checkpoint. */
                retryPolicy?: {
                    /** @default {} */
                    backoff?: {
                        /**
                         * @description Never longer than that.
                         * @default 3600
                         */
                        maxSeconds?: number;
                        /**
                         * @description Before the second attempt; then twice as long.
                         * @default 30
                         */
                        seconds?: number;
                    };
                    /**
                     * @description Whether it may go on in another cluster when its own is lost. fromCheckpoint: pvcName is one storage that all its clusters reach; fromStart: with a volume of its own there, so from its first step. Without: it waits for its cluster.
                     * @enum {string}
                     */
                    elsewhere?: "fromCheckpoint" | "fromStart";
                    /**
                     * @description Attempts in all, the first one included.
                     * @default 3
                     */
                    maxAttempts?: number;
                    /** @description With oom: so much more memory after an attempt that ran out of it (1.5 unless set), 4 times in all. */
                    memoryFactor?: number;
                    /**
                     * @description What an attempt has to be lost to: infrastructure (exit code 75 as well), preempted, stalled, oom. A program that fails by itself is not tried again.
                     * @default [
                     *       "infrastructure",
                     *       "preempted"
                     *     ]
                     */
                    on?: ("infrastructure" | "preempted" | "stalled" | "oom")[];
                };
                /**
                 * @description ray runs a RayJob; job a batch Job, for a container image without Ray; trainingjob a TrainingJob, whose workers are restarted together from their last checkpoint and report their progress.
                 * @default ray
                 * @enum {string}
                 */
                runtime?: "ray" | "job" | "trainingjob";
                /** @default {} */
                stoppingCondition?: {
                    /**
                     * @description The job is ended as Failed after this.
                     * @default 14400
                     */
                    maxRuntimeSeconds?: number;
                };
                /**
                 * @description Candidates; empty means every cluster that is ready.
                 * @default []
                 */
                targetClusters?: string[];
                /** @description Of runtime trainingjob. */
                training?: {
                    /**
                     * @description How workers talk to each other; nccl unless set.
                     * @enum {string}
                     */
                    backend?: "nccl" | "gloo" | "mpi";
                    /** @description Restarts after failures; 3 unless set. */
                    backoffLimit?: number;
                    checkpoint?: {
                        /** @description Every so many epochs; 1 unless set. */
                        frequency?: number;
                        /** @description The checkpoint that the first attempt begins from. */
                        resumeFrom?: string;
                        /** @description How many are kept. */
                        retention?: number;
                    };
                    /** @description Shown with the job; else the address of the training data. */
                    dataset?: string;
                    /**
                     * @description How it starts without a command; pytorch unless set: torchrun.
                     * @enum {string}
                     */
                    framework?: "pytorch" | "tensorflow" | "jax";
                    /** @description Shown with the job; else the algorithm's name. */
                    model?: string;
                };
                /** @description A zip file with one folder, in which the program starts (runtimes ray and job); POST /workdirs says where to bring it. */
                workdir?: string;
                /** @description Image of the Ray workers, when it differs. */
                workerImage?: string;
            };
            /** @description What the training container is told, beside its credentials */
            variables: {
                [key: string]: string;
            };
            /** @description What was ignored, or hardly does what was meant: one entry for each field */
            warnings: components["schemas"]["FieldNote"][];
        };
        Fence: {
            /** Format: date-time */
            at: string;
            /** @description Who has confirmed it */
            by: string;
            cluster: string;
            /** @description Attempts that were given up there since, and have not been seen to be gone */
            leftBehind: number;
            reason: string;
        };
        FenceRequest: {
            /**
             * @description How it is known: its machines are off, say
             * @default
             */
            reason?: string;
        };
        FieldNote: {
            /** @description The same as message, as RFC 9457 names it */
            detail: string;
            message: string;
            /** @description JSON pointer to the field */
            path: string;
            /** @description The same pointer as a URI fragment */
            pointer: string;
        };
        FilterValues: {
            algorithm: {
                jobs: number;
                value: string;
            }[];
            cluster: {
                jobs: number;
                value: string;
            }[];
            /** @description Numbers that trainings tell, for sort=metric:<name> */
            metric: {
                jobs: number;
                value: string;
            }[];
            namespace: {
                jobs: number;
                value: string;
            }[];
            owner: {
                jobs: number;
                value: string;
            }[];
            reason: {
                jobs: number;
                value: string;
            }[];
        };
        Goodput: {
            /** @description false: more jobs ran than one answer counts; ask for less time, or fewer namespaces */
            complete: boolean;
            /** Format: date-time */
            from: string;
            /** @description By namespace */
            teams: {
                attempts: number;
                cpuHours: number;
                /** @description Steps kept of those run, 0 to 1; null: nobody told */
                goodput: number | null;
                gpuHours: number;
                jobs: number;
                /** @description Of these hours, those that came to nothing, by what */
                lost: {
                    cancelled?: {
                        cpuHours: number;
                        gpuHours: number;
                    };
                    failed?: {
                        cpuHours: number;
                        gpuHours: number;
                    };
                    infrastructure?: {
                        cpuHours: number;
                        gpuHours: number;
                    };
                    oom?: {
                        cpuHours: number;
                        gpuHours: number;
                    };
                    preempted?: {
                        cpuHours: number;
                        gpuHours: number;
                    };
                    stalled?: {
                        cpuHours: number;
                        gpuHours: number;
                    };
                };
                namespace: string;
                /** @description That no later attempt had to do again, and that came to a result or still may */
                stepsKept: number;
                /** @description As far as trainings told: steps, else epochs, else percent */
                stepsRun: number;
            }[];
            /** Format: date-time */
            to: string;
        };
        Job: {
            /** @description What to do about it, where somebody has to */
            advice: string | null;
            algorithm: string;
            /** @description Of all that repeat one request, from 1; a job that is tried again by its retryPolicy gets the next number */
            attempt: number;
            /** @description Why somebody should look at it; null: nobody need */
            attention: {
                message: string;
                /** @description Stalled, Diverging, LateReports, IdleGpus, ClusterLost, or what keeps it from starting */
                reason: string;
                /** Format: date-time */
                since: string;
            } | null;
            /** @description Where Karmada placed it; empty until known */
            clusters: string[];
            clusterStates: {
                [key: string]: components["schemas"]["ClusterState"];
            };
            /** Format: date-time */
            createdAt: string;
            createdBy: string | null;
            /** Format: date-time */
            dispatchedAt: string | null;
            /** Format: date-time */
            finishedAt: string | null;
            id: string;
            jobName: string;
            /** @enum {string} */
            kind: "RayJob" | "Job" | "TrainingJob";
            message: string;
            namespace: string;
            /**
             * Format: date-time
             * @description An attempt was lost, and the next begins then at the earliest; null otherwise
             */
            nextAttemptAt: string | null;
            /** @description Name of the job's objects on Karmada and in the member clusters */
            objectName: string;
            priority: number;
            /** @description How far the training is; null where nobody tells */
            progress: {
                /**
                 * Format: date-time
                 * @description When it last changed
                 */
                at: string;
                /** @description Of all its workers together, from 1, within this job */
                attempt: number | null;
                /** @description Path or address of the last one */
                checkpoint: string | null;
                /** @description Of several the one that is furthest behind */
                cluster: string;
                epoch: number | null;
                /** @description What it expected still to need, at the time in at */
                etaSeconds: number | null;
                loss: number | null;
                /** @description What it measures, at most 20 names; in lists the loss alone, and what the list is sorted by */
                metrics: {
                    [key: string]: number;
                };
                /** @description Of all that is to be done */
                percent: number | null;
                /**
                 * @description Who tells it
                 * @enum {string}
                 */
                source: "trainingjob" | "report" | "log";
                /** @description Of all steps, where it counts them */
                step: number | null;
                /** @description That run or have succeeded */
                workers: {
                    of: number;
                    ready: number;
                } | null;
            } | null;
            /** @description Milliseconds that its runs took which are over, without suspensions and the wait for another try; from startedAt to finishedAt is the whole time, with them */
            ranForMs: number;
            /** @description One word for the finer state: Queued, Scheduled, Suspended, AppFailed, Cancelled ... */
            reason: string;
            /** @description The request as accepted, with its defaults */
            request: {
                algorithm: {
                    /** @description One of GET /algorithms; for a container any name to find the job by. */
                    algorithmName?: string;
                    /** @description The container image; required with source container. */
                    imageUri?: string;
                    /**
                     * @description builtin, or container for an image of one's own; default and custom are older words for the same.
                     * @default builtin
                     * @enum {string}
                     */
                    source?: "builtin" | "container" | "default" | "custom";
                };
                /** @description Replaces the image's CMD (runtime job), or follows the command (runtime trainingjob). */
                args?: string[];
                /**
                 * @description Clusters that run the job, each a whole copy of it.
                 * @default 1
                 */
                clusterCount?: number;
                /** @description Replaces the image's ENTRYPOINT (runtime job), or the framework's own start (runtime trainingjob). */
                command?: string[];
                /** @description Secret in the job's namespace with the keys to the object storage. */
                credentialsSecret?: string;
                /**
                 * @description More variables for the training container, upper-cased; at most 1000.
                 * @default {}
                 */
                customHyperparameters?: {
                    [key: string]: "" | string | number | boolean;
                };
                /** @description Shell command that starts the training (runtime ray). */
                entrypoint?: string;
                /** @description Image of the Ray head, when it differs. */
                headImage?: string;
                /**
                 * @description By algorithm: {"xgboost": {"eta": 0.1}}. GET /algorithms lists the fields.
                 * @default {}
                 */
                hyperparameters?: {
                    [key: string]: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * @description Where the data comes from.
                 * @default []
                 */
                inputDataConfig?: {
                    /** @description Bucket, plain or as scheme://bucket. */
                    bucket?: string;
                    /** @description train, validation, test, or a name of one's own. */
                    channelName: string;
                    /**
                     * @description What the data is for; by default what channelName says.
                     * @enum {string}
                     */
                    channelType?: "train" | "validation" | "test";
                    /** @description For example text/csv or application/x-parquet. */
                    contentType?: string;
                    /** @description Names of the columns of a CSV file without a header. */
                    csvColumns?: string | string[];
                    /** @description Address of the object storage; not needed for aws and gcs. */
                    endpoint?: string;
                    /** @description Columns to learn from. */
                    featureNames?: string | string[];
                    /** @description The client's own name for this entry. */
                    id?: string;
                    /** @description Column to predict. */
                    labelName?: string;
                    /** @description Key or folder within the bucket. */
                    prefix?: string;
                    /**
                     * @description Where the data is.
                     * @default object-storage
                     * @enum {string}
                     */
                    sourceType?: "object-storage" | "upload";
                    /**
                     * @description Who keeps the data.
                     * @enum {string}
                     */
                    storageProvider?: "aws" | "minio" | "gcs" | "azure" | "custom";
                }[];
                /** @description Name of the job; the id adds eight hex digits to it. */
                jobName: string;
                /**
                 * @description The volume stays until the job is deleted; else it is removed some days after the job has ended.
                 * @default false
                 */
                keepVolume?: boolean;
                /**
                 * @description Kubernetes namespace in the member cluster.
                 * @default default
                 */
                namespace?: string;
                /** @default {} */
                outputDataConfig?: {
                    /** @description Where the model is to be put; told as ARTIFACT_URI. */
                    artifactUri?: string;
                };
                /**
                 * @description Higher is dispatched first.
                 * @default 500
                 */
                priority?: number;
                /** @description A PersistentVolumeClaim that exists already, instead of a new one. */
                pvcName?: string;
                /** @default {} */
                resources?: {
                    /**
                     * @description Workers that train together.
                     * @default 1
                     */
                    instanceCount?: number;
                    /** @default {} */
                    instanceResources?: {
                        /**
                         * @description CPU cores of each instance.
                         * @default 4
                         */
                        cpuCores?: number;
                        /**
                         * @description NVIDIA GPUs of each instance.
                         * @default 0
                         */
                        gpuCount?: number;
                        /**
                         * @description Memory of each instance.
                         * @default 16
                         */
                        memoryGiB?: number;
                    };
                    /**
                     * @description Size of the volume for results, in GiB.
                     * @default 50
                     */
                    volumeSizeGB?: number;
                };
                /** @description What is tried again by itself, as the next attempt of the same job, from its checkpoint. */
                retryPolicy?: {
                    /** @default {} */
                    backoff?: {
                        /**
                         * @description Never longer than that.
                         * @default 3600
                         */
                        maxSeconds?: number;
                        /**
                         * @description Before the second attempt; then twice as long.
                         * @default 30
                         */
                        seconds?: number;
                    };
                    /**
                     * @description Whether it may go on in another cluster when its own is lost. fromCheckpoint: pvcName is one storage that all its clusters reach; fromStart: with a volume of its own there, so from its first step. Without: it waits for its cluster.
                     * @enum {string}
                     */
                    elsewhere?: "fromCheckpoint" | "fromStart";
                    /**
                     * @description Attempts in all, the first one included.
                     * @default 3
                     */
                    maxAttempts?: number;
                    /** @description With oom: so much more memory after an attempt that ran out of it (1.5 unless set), 4 times in all. */
                    memoryFactor?: number;
                    /**
                     * @description What an attempt has to be lost to: infrastructure (exit code 75 as well), preempted, stalled, oom. A program that fails by itself is not tried again.
                     * @default [
                     *       "infrastructure",
                     *       "preempted"
                     *     ]
                     */
                    on?: ("infrastructure" | "preempted" | "stalled" | "oom")[];
                };
                /**
                 * @description ray runs a RayJob; job a batch Job, for a container image without Ray; trainingjob a TrainingJob, whose workers are restarted together from their last checkpoint and report their progress.
                 * @default ray
                 * @enum {string}
                 */
                runtime?: "ray" | "job" | "trainingjob";
                /** @default {} */
                stoppingCondition?: {
                    /**
                     * @description The job is ended as Failed after this.
                     * @default 14400
                     */
                    maxRuntimeSeconds?: number;
                };
                /**
                 * @description Candidates; empty means every cluster that is ready.
                 * @default []
                 */
                targetClusters?: string[];
                /** @description Of runtime trainingjob. */
                training?: {
                    /**
                     * @description How workers talk to each other; nccl unless set.
                     * @enum {string}
                     */
                    backend?: "nccl" | "gloo" | "mpi";
                    /** @description Restarts after failures; 3 unless set. */
                    backoffLimit?: number;
                    checkpoint?: {
                        /** @description Every so many epochs; 1 unless set. */
                        frequency?: number;
                        /** @description The checkpoint that the first attempt begins from. */
                        resumeFrom?: string;
                        /** @description How many are kept. */
                        retention?: number;
                    };
                    /** @description Shown with the job; else the address of the training data. */
                    dataset?: string;
                    /**
                     * @description How it starts without a command; pytorch unless set: torchrun.
                     * @enum {string}
                     */
                    framework?: "pytorch" | "tensorflow" | "jax";
                    /** @description Shown with the job; else the algorithm's name. */
                    model?: string;
                };
                /** @description A zip file with one folder, in which the program starts (runtimes ray and job); POST /workdirs says where to bring it. */
                workdir?: string;
                /** @description Image of the Ray workers, when it differs. */
                workerImage?: string;
            };
            retryOf: string | null;
            /**
             * Format: date-time
             * @description Begin of the run that goes on; null when it does not run now
             */
            runningSince: string | null;
            /** Format: date-time */
            startedAt: string | null;
            status: components["schemas"]["JobStatusName"];
            /** @description Its clusters that do not answer, each with the time since when; status, reason and message are as old as that. Empty when all answer */
            unreachableSince: {
                [key: string]: string;
            };
            /** Format: date-time */
            updatedAt: string;
            /** @description What its pods use while it runs, as the Prometheus of its cluster tells; null where none does: GET /proxy/clusters has why */
            utilisation: {
                /** Format: date-time */
                at: string;
                /** @description Of what all its pods asked for */
                cpuPercent: number | null;
                /** @description How busy its GPUs are, on average over five minutes; null: of none is it known */
                gpuPercent: number | null;
                /** @description Of which that is known */
                gpus: number;
                /** @description Of these those that do next to nothing */
                idleGpus: number;
            } | null;
            /**
             * @description What was last asked for; the state follows
             * @enum {string}
             */
            wanted: "run" | "suspend" | "cancel" | "delete";
        };
        JobEvent: {
            /** Format: date-time */
            at: string;
            cluster: string | null;
            id: string;
            /** @description The job as this event left it; null when it is deleted. Events of earlier versions lack it */
            job?: {
                /** @description Of all that repeat one request, from 1; a job that is tried again by its retryPolicy gets the next number */
                attempt?: number;
                /** @description Why somebody should look at it; null: nobody need */
                attention?: {
                    message: string;
                    /** @description Stalled, Diverging, LateReports, IdleGpus, ClusterLost, or what keeps it from starting */
                    reason: string;
                    /** Format: date-time */
                    since: string;
                } | null;
                /** @description Where Karmada placed it; empty until known */
                clusters: string[];
                /** Format: date-time */
                dispatchedAt: string | null;
                /** Format: date-time */
                finishedAt: string | null;
                message: string;
                /**
                 * Format: date-time
                 * @description An attempt was lost, and the next begins then at the earliest; null otherwise
                 */
                nextAttemptAt?: string | null;
                priority: number;
                /** @description Milliseconds that its runs took which are over, without suspensions and the wait for another try; from startedAt to finishedAt is the whole time, with them */
                ranForMs: number;
                /** @description One word for the finer state: Queued, Scheduled, Suspended, AppFailed, Cancelled ... */
                reason: string;
                /**
                 * Format: date-time
                 * @description Begin of the run that goes on; null when it does not run now
                 */
                runningSince: string | null;
                /** Format: date-time */
                startedAt: string | null;
                status: components["schemas"]["JobStatusName"];
                /** @description Its clusters that do not answer, each with the time since when; status, reason and message are as old as that. Empty when all answer */
                unreachableSince: {
                    [key: string]: string;
                };
                /** Format: date-time */
                updatedAt: string;
                /**
                 * @description What was last asked for; the state follows
                 * @enum {string}
                 */
                wanted: "run" | "suspend" | "cancel" | "delete";
            } | null;
            jobId: string;
            message: string;
            namespace: string;
            previous: components["schemas"]["JobStatusName"] & (string | null);
            reason: string;
            status: components["schemas"]["JobStatusName"];
        };
        JobPods: {
            clusters: {
                cluster: string;
                /** @description Why this cluster could not be asked */
                error: string | null;
                events: {
                    /** @description What to do about it */
                    advice: string | null;
                    /** Format: date-time */
                    at: string | null;
                    count: number;
                    message: string;
                    /** @description kind/name */
                    object: string;
                    reason: string;
                    type: string;
                }[];
                pods: {
                    /** @description What to do about it */
                    advice: string | null;
                    /** Format: date-time */
                    createdAt: string | null;
                    message: string | null;
                    name: string;
                    node: string | null;
                    phase: string;
                    ready: boolean;
                    /** @description Why it waits or ended: ImagePullBackOff, Unschedulable, OOMKilled ... */
                    reason: string | null;
                    restarts: number;
                    /** @description submitter, head, worker or job */
                    role: string;
                }[];
            }[];
        };
        JobRequest: {
            algorithm: {
                /** @description One of GET /algorithms; for a container any name to find the job by. */
                algorithmName?: string;
                /** @description The container image; required with source container. */
                imageUri?: string;
                /**
                 * @description builtin, or container for an image of one's own; default and custom are older words for the same.
                 * @default builtin
                 * @enum {string}
                 */
                source?: "builtin" | "container" | "default" | "custom";
            };
            /** @description Replaces the image's CMD (runtime job), or follows the command (runtime trainingjob). */
            args?: string[];
            /**
             * @description Clusters that run the job, each a whole copy of it.
             * @default 1
             */
            clusterCount?: number;
            /** @description Replaces the image's ENTRYPOINT (runtime job), or the framework's own start (runtime trainingjob). */
            command?: string[];
            /** @description Secret in the job's namespace with the keys to the object storage. */
            credentialsSecret?: string;
            /**
             * @description More variables for the training container, upper-cased; at most 1000.
             * @default {}
             */
            customHyperparameters?: {
                [key: string]: "" | string | number | boolean;
            };
            /** @description Shell command that starts the training (runtime ray). */
            entrypoint?: string;
            /** @description Image of the Ray head, when it differs. */
            headImage?: string;
            /**
             * @description By algorithm: {"xgboost": {"eta": 0.1}}. GET /algorithms lists the fields.
             * @default {}
             */
            hyperparameters?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            /**
             * @description Where the data comes from.
             * @default []
             */
            inputDataConfig?: {
                /** @description Bucket, plain or as scheme://bucket. */
                bucket?: string;
                /** @description train, validation, test, or a name of one's own. */
                channelName: string;
                /**
                 * @description What the data is for; by default what channelName says.
                 * @enum {string}
                 */
                channelType?: "train" | "validation" | "test";
                /** @description For example text/csv or application/x-parquet. */
                contentType?: string;
                /** @description Names of the columns of a CSV file without a header. */
                csvColumns?: string | string[];
                /** @description Address of the object storage; not needed for aws and gcs. */
                endpoint?: string;
                /** @description Columns to learn from. */
                featureNames?: string | string[];
                /** @description The client's own name for this entry. */
                id?: string;
                /** @description Column to predict. */
                labelName?: string;
                /** @description Key or folder within the bucket. */
                prefix?: string;
                /**
                 * @description Where the data is.
                 * @default object-storage
                 * @enum {string}
                 */
                sourceType?: "object-storage" | "upload";
                /**
                 * @description Who keeps the data.
                 * @enum {string}
                 */
                storageProvider?: "aws" | "minio" | "gcs" | "azure" | "custom";
            }[];
            /** @description Name of the job; the id adds eight hex digits to it. */
            jobName: string;
            /**
             * @description The volume stays until the job is deleted; else it is removed some days after the job has ended.
             * @default false
             */
            keepVolume?: boolean;
            /**
             * @description Kubernetes namespace in the member cluster.
             * @default default
             */
            namespace?: string;
            /** @default {} */
            outputDataConfig?: {
                /** @description Where the model is to be put; told as ARTIFACT_URI. */
                artifactUri?: string;
            };
            /**
             * @description Higher is dispatched first.
             * @default 500
             */
            priority?: number;
            /** @description A PersistentVolumeClaim that exists already, instead of a new one. */
            pvcName?: string;
            /** @default {} */
            resources?: {
                /**
                 * @description Workers that train together.
                 * @default 1
                 */
                instanceCount?: number;
                /** @default {} */
                instanceResources?: {
                    /**
                     * @description CPU cores of each instance.
                     * @default 4
                     */
                    cpuCores?: number;
                    /**
                     * @description NVIDIA GPUs of each instance.
                     * @default 0
                     */
                    gpuCount?: number;
                    /**
                     * @description Memory of each instance.
                     * @default 16
                     */
                    memoryGiB?: number;
                };
                /**
                 * @description Size of the volume for results, in GiB.
                 * @default 50
                 */
                volumeSizeGB?: number;
            };
            /** @description What is tried again by itself, as the next attempt of the same job, from its checkpoint. */
            retryPolicy?: {
                /** @default {} */
                backoff?: {
                    /**
                     * @description Never longer than that.
                     * @default 3600
                     */
                    maxSeconds?: number;
                    /**
                     * @description Before the second attempt; then twice as long.
                     * @default 30
                     */
                    seconds?: number;
                };
                /**
                 * @description Whether it may go on in another cluster when its own is lost. fromCheckpoint: pvcName is one storage that all its clusters reach; fromStart: with a volume of its own there, so from its first step. Without: it waits for its cluster.
                 * @enum {string}
                 */
                elsewhere?: "fromCheckpoint" | "fromStart";
                /**
                 * @description Attempts in all, the first one included.
                 * @default 3
                 */
                maxAttempts?: number;
                /** @description With oom: so much more memory after an attempt that ran out of it (1.5 unless set), 4 times in all. */
                memoryFactor?: number;
                /**
                 * @description What an attempt has to be lost to: infrastructure (exit code 75 as well), preempted, stalled, oom. A program that fails by itself is not tried again.
                 * @default [
                 *       "infrastructure",
                 *       "preempted"
                 *     ]
                 */
                on?: ("infrastructure" | "preempted" | "stalled" | "oom")[];
            };
            /**
             * @description ray runs a RayJob; job a batch Job, for a container image without Ray; trainingjob a TrainingJob, whose workers are restarted together from their last checkpoint and report their progress.
             * @default ray
             * @enum {string}
             */
            runtime?: "ray" | "job" | "trainingjob";
            /** @default {} */
            stoppingCondition?: {
                /**
                 * @description The job is ended as Failed after this.
                 * @default 14400
                 */
                maxRuntimeSeconds?: number;
            };
            /**
             * @description Candidates; empty means every cluster that is ready.
             * @default []
             */
            targetClusters?: string[];
            /** @description Of runtime trainingjob. */
            training?: {
                /**
                 * @description How workers talk to each other; nccl unless set.
                 * @enum {string}
                 */
                backend?: "nccl" | "gloo" | "mpi";
                /** @description Restarts after failures; 3 unless set. */
                backoffLimit?: number;
                checkpoint?: {
                    /** @description Every so many epochs; 1 unless set. */
                    frequency?: number;
                    /** @description The checkpoint that the first attempt begins from. */
                    resumeFrom?: string;
                    /** @description How many are kept. */
                    retention?: number;
                };
                /** @description Shown with the job; else the address of the training data. */
                dataset?: string;
                /**
                 * @description How it starts without a command; pytorch unless set: torchrun.
                 * @enum {string}
                 */
                framework?: "pytorch" | "tensorflow" | "jax";
                /** @description Shown with the job; else the algorithm's name. */
                model?: string;
            };
            /** @description A zip file with one folder, in which the program starts (runtimes ray and job); POST /workdirs says where to bring it. */
            workdir?: string;
            /** @description Image of the Ray workers, when it differs. */
            workerImage?: string;
        };
        JobState: {
            /** @description Clusters in which it waits or runs */
            active: number;
            clusterDistribution: {
                [key: string]: number;
            };
            /** Format: date-time */
            completionTime: string | null;
            failed: number;
            message: string;
            phase: components["schemas"]["JobStatusName"];
            reason: string;
            /** Format: date-time */
            startTime: string | null;
            succeeded: number;
        };
        /** @enum {string} */
        JobStatusName: "Pending" | "Running" | "Succeeded" | "Failed";
        KubernetesObject: {
            apiVersion: string;
            kind: string;
            metadata: {
                name: string;
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        ListedJob: {
            /** @description What to do about it, where somebody has to */
            advice?: string | null;
            algorithm: string;
            /** @description Of all that repeat one request, from 1; a job that is tried again by its retryPolicy gets the next number */
            attempt: number;
            /** @description Why somebody should look at it; null: nobody need */
            attention: {
                message: string;
                /** @description Stalled, Diverging, LateReports, IdleGpus, ClusterLost, or what keeps it from starting */
                reason: string;
                /** Format: date-time */
                since: string;
            } | null;
            /** @description Where Karmada placed it; empty until known */
            clusters: string[];
            clusterStates?: {
                [key: string]: components["schemas"]["ClusterState"];
            };
            /** Format: date-time */
            createdAt: string;
            createdBy: string | null;
            /** Format: date-time */
            dispatchedAt: string | null;
            /** Format: date-time */
            finishedAt: string | null;
            id: string;
            jobName: string;
            /** @enum {string} */
            kind: "RayJob" | "Job" | "TrainingJob";
            message: string;
            namespace: string;
            /**
             * Format: date-time
             * @description An attempt was lost, and the next begins then at the earliest; null otherwise
             */
            nextAttemptAt: string | null;
            /** @description Name of the job's objects on Karmada and in the member clusters */
            objectName: string;
            priority: number;
            /** @description How far the training is; null where nobody tells */
            progress: {
                /**
                 * Format: date-time
                 * @description When it last changed
                 */
                at: string;
                /** @description Of all its workers together, from 1, within this job */
                attempt: number | null;
                /** @description Path or address of the last one */
                checkpoint: string | null;
                /** @description Of several the one that is furthest behind */
                cluster: string;
                epoch: number | null;
                /** @description What it expected still to need, at the time in at */
                etaSeconds: number | null;
                loss: number | null;
                /** @description What it measures, at most 20 names; in lists the loss alone, and what the list is sorted by */
                metrics: {
                    [key: string]: number;
                };
                /** @description Of all that is to be done */
                percent: number | null;
                /**
                 * @description Who tells it
                 * @enum {string}
                 */
                source: "trainingjob" | "report" | "log";
                /** @description Of all steps, where it counts them */
                step: number | null;
                /** @description That run or have succeeded */
                workers: {
                    of: number;
                    ready: number;
                } | null;
            } | null;
            /** @description Milliseconds that its runs took which are over, without suspensions and the wait for another try; from startedAt to finishedAt is the whole time, with them */
            ranForMs: number;
            /** @description One word for the finer state: Queued, Scheduled, Suspended, AppFailed, Cancelled ... */
            reason: string;
            /** @description The request as accepted, with its defaults */
            request?: {
                algorithm: {
                    /** @description One of GET /algorithms; for a container any name to find the job by. */
                    algorithmName?: string;
                    /** @description The container image; required with source container. */
                    imageUri?: string;
                    /**
                     * @description builtin, or container for an image of one's own; default and custom are older words for the same.
                     * @default builtin
                     * @enum {string}
                     */
                    source?: "builtin" | "container" | "default" | "custom";
                };
                /** @description Replaces the image's CMD (runtime job), or follows the command (runtime trainingjob). */
                args?: string[];
                /**
                 * @description Clusters that run the job, each a whole copy of it.
                 * @default 1
                 */
                clusterCount?: number;
                /** @description Replaces the image's ENTRYPOINT (runtime job), or the framework's own start (runtime trainingjob). */
                command?: string[];
                /** @description Secret in the job's namespace with the keys to the object storage. */
                credentialsSecret?: string;
                /**
                 * @description More variables for the training container, upper-cased; at most 1000.
                 * @default {}
                 */
                customHyperparameters?: {
                    [key: string]: "" | string | number | boolean;
                };
                /** @description Shell command that starts the training (runtime ray). */
                entrypoint?: string;
                /** @description Image of the Ray head, when it differs. */
                headImage?: string;
                /**
                 * @description By algorithm: {"xgboost": {"eta": 0.1}}. GET /algorithms lists the fields.
                 * @default {}
                 */
                hyperparameters?: {
                    [key: string]: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * @description Where the data comes from.
                 * @default []
                 */
                inputDataConfig?: {
                    /** @description Bucket, plain or as scheme://bucket. */
                    bucket?: string;
                    /** @description train, validation, test, or a name of one's own. */
                    channelName: string;
                    /**
                     * @description What the data is for; by default what channelName says.
                     * @enum {string}
                     */
                    channelType?: "train" | "validation" | "test";
                    /** @description For example text/csv or application/x-parquet. */
                    contentType?: string;
                    /** @description Names of the columns of a CSV file without a header. */
                    csvColumns?: string | string[];
                    /** @description Address of the object storage; not needed for aws and gcs. */
                    endpoint?: string;
                    /** @description Columns to learn from. */
                    featureNames?: string | string[];
                    /** @description The client's own name for this entry. */
                    id?: string;
                    /** @description Column to predict. */
                    labelName?: string;
                    /** @description Key or folder within the bucket. */
                    prefix?: string;
                    /**
                     * @description Where the data is.
                     * @default object-storage
                     * @enum {string}
                     */
                    sourceType?: "object-storage" | "upload";
                    /**
                     * @description Who keeps the data.
                     * @enum {string}
                     */
                    storageProvider?: "aws" | "minio" | "gcs" | "azure" | "custom";
                }[];
                /** @description Name of the job; the id adds eight hex digits to it. */
                jobName: string;
                /**
                 * @description The volume stays until the job is deleted; else it is removed some days after the job has ended.
                 * @default false
                 */
                keepVolume?: boolean;
                /**
                 * @description Kubernetes namespace in the member cluster.
                 * @default default
                 */
                namespace?: string;
                /** @default {} */
                outputDataConfig?: {
                    /** @description Where the model is to be put; told as ARTIFACT_URI. */
                    artifactUri?: string;
                };
                /**
                 * @description Higher is dispatched first.
                 * @default 500
                 */
                priority?: number;
                /** @description A PersistentVolumeClaim that exists already, instead of a new one. */
                pvcName?: string;
                /** @default {} */
                resources?: {
                    /**
                     * @description Workers that train together.
                     * @default 1
                     */
                    instanceCount?: number;
                    /** @default {} */
                    instanceResources?: {
                        /**
                         * @description CPU cores of each instance.
                         * @default 4
                         */
                        cpuCores?: number;
                        /**
                         * @description NVIDIA GPUs of each instance.
                         * @default 0
                         */
                        gpuCount?: number;
                        /**
                         * @description Memory of each instance.
                         * @default 16
                         */
                        memoryGiB?: number;
                    };
                    /**
                     * @description Size of the volume for results, in GiB.
                     * @default 50
                     */
                    volumeSizeGB?: number;
                };
                /** @description What is tried again by itself, as the next attempt of the same job, from its checkpoint. */
                retryPolicy?: {
                    /** @default {} */
                    backoff?: {
                        /**
                         * @description Never longer than that.
                         * @default 3600
                         */
                        maxSeconds?: number;
                        /**
                         * @description Before the second attempt; then twice as long.
                         * @default 30
                         */
                        seconds?: number;
                    };
                    /**
                     * @description Whether it may go on in another cluster when its own is lost. fromCheckpoint: pvcName is one storage that all its clusters reach; fromStart: with a volume of its own there, so from its first step. Without: it waits for its cluster.
                     * @enum {string}
                     */
                    elsewhere?: "fromCheckpoint" | "fromStart";
                    /**
                     * @description Attempts in all, the first one included.
                     * @default 3
                     */
                    maxAttempts?: number;
                    /** @description With oom: so much more memory after an attempt that ran out of it (1.5 unless set), 4 times in all. */
                    memoryFactor?: number;
                    /**
                     * @description What an attempt has to be lost to: infrastructure (exit code 75 as well), preempted, stalled, oom. A program that fails by itself is not tried again.
                     * @default [
                     *       "infrastructure",
                     *       "preempted"
                     *     ]
                     */
                    on?: ("infrastructure" | "preempted" | "stalled" | "oom")[];
                };
                /**
                 * @description ray runs a RayJob; job a batch Job, for a container image without Ray; trainingjob a TrainingJob, whose workers are restarted together from their last checkpoint and report their progress.
                 * @default ray
                 * @enum {string}
                 */
                runtime?: "ray" | "job" | "trainingjob";
                /** @default {} */
                stoppingCondition?: {
                    /**
                     * @description The job is ended as Failed after this.
                     * @default 14400
                     */
                    maxRuntimeSeconds?: number;
                };
                /**
                 * @description Candidates; empty means every cluster that is ready.
                 * @default []
                 */
                targetClusters?: string[];
                /** @description Of runtime trainingjob. */
                training?: {
                    /**
                     * @description How workers talk to each other; nccl unless set.
                     * @enum {string}
                     */
                    backend?: "nccl" | "gloo" | "mpi";
                    /** @description Restarts after failures; 3 unless set. */
                    backoffLimit?: number;
                    checkpoint?: {
                        /** @description Every so many epochs; 1 unless set. */
                        frequency?: number;
                        /** @description The checkpoint that the first attempt begins from. */
                        resumeFrom?: string;
                        /** @description How many are kept. */
                        retention?: number;
                    };
                    /** @description Shown with the job; else the address of the training data. */
                    dataset?: string;
                    /**
                     * @description How it starts without a command; pytorch unless set: torchrun.
                     * @enum {string}
                     */
                    framework?: "pytorch" | "tensorflow" | "jax";
                    /** @description Shown with the job; else the algorithm's name. */
                    model?: string;
                };
                /** @description A zip file with one folder, in which the program starts (runtimes ray and job); POST /workdirs says where to bring it. */
                workdir?: string;
                /** @description Image of the Ray workers, when it differs. */
                workerImage?: string;
            };
            retryOf: string | null;
            /**
             * Format: date-time
             * @description Begin of the run that goes on; null when it does not run now
             */
            runningSince: string | null;
            /** @description The loss so far, in at most 30 numbers; null where none is told */
            spark?: number[] | null;
            /** Format: date-time */
            startedAt: string | null;
            status: components["schemas"]["JobStatusName"];
            /** @description Its clusters that do not answer, each with the time since when; status, reason and message are as old as that. Empty when all answer */
            unreachableSince: {
                [key: string]: string;
            };
            /** Format: date-time */
            updatedAt: string;
            /** @description What its pods use while it runs, as the Prometheus of its cluster tells; null where none does: GET /proxy/clusters has why */
            utilisation: {
                /** Format: date-time */
                at: string;
                /** @description Of what all its pods asked for */
                cpuPercent: number | null;
                /** @description How busy its GPUs are, on average over five minutes; null: of none is it known */
                gpuPercent: number | null;
                /** @description Of which that is known */
                gpus: number;
                /** @description Of these those that do next to nothing */
                idleGpus: number;
            } | null;
            /**
             * @description What was last asked for; the state follows
             * @enum {string}
             */
            wanted: "run" | "suspend" | "cancel" | "delete";
        };
        LogRuns: {
            runs: {
                /** @description Its pods are there; else it is what was kept of it */
                live: boolean;
                pods: string[];
                run: number;
            }[];
            /** @description Clusters that do not answer: of them there is only what was kept */
            unreachable: string[];
        };
        Me: {
            auth: components["schemas"]["Auth"];
            grants: {
                namespaces: string[];
                /** @enum {string} */
                role: "viewer" | "submitter" | "admin";
            }[];
            /** @description To other systems, for each job; {id} and the like stand for what the job has */
            links: {
                label: string;
                url: string;
            }[];
            name: string;
            /** @description Where the caller may read; null means everywhere */
            namespaces: string[] | null;
            /**
             * @description The highest role anywhere
             * @enum {string|null}
             */
            role: "viewer" | "submitter" | "admin" | null;
        };
        Message: {
            /** @description false while its objects are still being removed */
            done: boolean;
            message: string;
        };
        Metrics: {
            jobId: string;
            /** @description Where it was told from; the first one is where it began */
            marks: {
                /** Format: date-time */
                at: string;
                attempt: number | null;
                cluster: string | null;
                /**
                 * @description What is another one from there on
                 * @enum {string}
                 */
                kind: "attempt" | "cluster";
            }[];
            /** @description Of all that the training tells: 20 at most */
            names: string[];
            series: components["schemas"]["Series"][];
            /**
             * @description Who told last
             * @enum {string|null}
             */
            source: "trainingjob" | "report" | "log" | null;
        };
        Outputs: {
            outputs: {
                /** @description Its path in this API; null where it cannot be read here */
                href: string | null;
                /** @description Below the folder of the job, such as model/model.ubj; of a place that cannot be read here, the place */
                name: string;
                sizeBytes: number | null;
                /** @description Where it lies, as jobs know it */
                uri: string;
            }[];
            /** @description Why there is nothing, not all, or nothing to be had here */
            why: string | null;
        };
        Priority: {
            priority: number;
        };
        Problem: {
            detail: string;
            /** @description One entry for each wrong field, at most 50 */
            errors?: components["schemas"]["FieldNote"][];
            /** @description The same as detail, for older clients */
            message: string;
            /** @description How many more fields are wrong, when there are more */
            moreErrors?: number;
            requestId: string;
            status: number;
            title: string;
            type: string;
        };
        Queue: {
            /** @description The first of them that the caller may see, in order; the first of all has position 1 */
            jobs: {
                id: string;
                position: number;
            }[];
            /** @description Jobs that wait to be dispatched, of all namespaces */
            waiting: number;
        };
        Resources: {
            cluster: string;
            count: number;
            namespace: string;
            resources: components["schemas"]["KubernetesObject"][];
            type: string;
        };
        Series: {
            /** @description Milliseconds since 1970, rising: where the stretch ends for which an entry stands */
            at: number[];
            highest: number;
            last: number;
            /** @description Of the whole training, as highest is, whatever part was asked for */
            lowest: number;
            max: number[];
            min: number[];
            name: string;
            step: (number | null)[];
            /** @description The last of each stretch */
            value: number[];
        };
        SubmittedJob: {
            /** @description What to do about it, where somebody has to */
            advice: string | null;
            algorithm: string;
            /** @description Of all that repeat one request, from 1; a job that is tried again by its retryPolicy gets the next number */
            attempt: number;
            /** @description Why somebody should look at it; null: nobody need */
            attention: {
                message: string;
                /** @description Stalled, Diverging, LateReports, IdleGpus, ClusterLost, or what keeps it from starting */
                reason: string;
                /** Format: date-time */
                since: string;
            } | null;
            /** @description Where Karmada placed it; empty until known */
            clusters: string[];
            clusterStates: {
                [key: string]: components["schemas"]["ClusterState"];
            };
            /** Format: date-time */
            createdAt: string;
            createdBy: string | null;
            /** Format: date-time */
            dispatchedAt: string | null;
            /** Format: date-time */
            finishedAt: string | null;
            id: string;
            jobName: string;
            /** @enum {string} */
            kind: "RayJob" | "Job" | "TrainingJob";
            message: string;
            namespace: string;
            /**
             * Format: date-time
             * @description An attempt was lost, and the next begins then at the earliest; null otherwise
             */
            nextAttemptAt: string | null;
            /** @description Name of the job's objects on Karmada and in the member clusters */
            objectName: string;
            priority: number;
            /** @description How far the training is; null where nobody tells */
            progress: {
                /**
                 * Format: date-time
                 * @description When it last changed
                 */
                at: string;
                /** @description Of all its workers together, from 1, within this job */
                attempt: number | null;
                /** @description Path or address of the last one */
                checkpoint: string | null;
                /** @description Of several the one that is furthest behind */
                cluster: string;
                epoch: number | null;
                /** @description What it expected still to need, at the time in at */
                etaSeconds: number | null;
                loss: number | null;
                /** @description What it measures, at most 20 names; in lists the loss alone, and what the list is sorted by */
                metrics: {
                    [key: string]: number;
                };
                /** @description Of all that is to be done */
                percent: number | null;
                /**
                 * @description Who tells it
                 * @enum {string}
                 */
                source: "trainingjob" | "report" | "log";
                /** @description Of all steps, where it counts them */
                step: number | null;
                /** @description That run or have succeeded */
                workers: {
                    of: number;
                    ready: number;
                } | null;
            } | null;
            /** @description Milliseconds that its runs took which are over, without suspensions and the wait for another try; from startedAt to finishedAt is the whole time, with them */
            ranForMs: number;
            /** @description One word for the finer state: Queued, Scheduled, Suspended, AppFailed, Cancelled ... */
            reason: string;
            /** @description The request as accepted, with its defaults */
            request: {
                algorithm: {
                    /** @description One of GET /algorithms; for a container any name to find the job by. */
                    algorithmName?: string;
                    /** @description The container image; required with source container. */
                    imageUri?: string;
                    /**
                     * @description builtin, or container for an image of one's own; default and custom are older words for the same.
                     * @default builtin
                     * @enum {string}
                     */
                    source?: "builtin" | "container" | "default" | "custom";
                };
                /** @description Replaces the image's CMD (runtime job), or follows the command (runtime trainingjob). */
                args?: string[];
                /**
                 * @description Clusters that run the job, each a whole copy of it.
                 * @default 1
                 */
                clusterCount?: number;
                /** @description Replaces the image's ENTRYPOINT (runtime job), or the framework's own start (runtime trainingjob). */
                command?: string[];
                /** @description Secret in the job's namespace with the keys to the object storage. */
                credentialsSecret?: string;
                /**
                 * @description More variables for the training container, upper-cased; at most 1000.
                 * @default {}
                 */
                customHyperparameters?: {
                    [key: string]: "" | string | number | boolean;
                };
                /** @description Shell command that starts the training (runtime ray). */
                entrypoint?: string;
                /** @description Image of the Ray head, when it differs. */
                headImage?: string;
                /**
                 * @description By algorithm: {"xgboost": {"eta": 0.1}}. GET /algorithms lists the fields.
                 * @default {}
                 */
                hyperparameters?: {
                    [key: string]: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * @description Where the data comes from.
                 * @default []
                 */
                inputDataConfig?: {
                    /** @description Bucket, plain or as scheme://bucket. */
                    bucket?: string;
                    /** @description train, validation, test, or a name of one's own. */
                    channelName: string;
                    /**
                     * @description What the data is for; by default what channelName says.
                     * @enum {string}
                     */
                    channelType?: "train" | "validation" | "test";
                    /** @description For example text/csv or application/x-parquet. */
                    contentType?: string;
                    /** @description Names of the columns of a CSV file without a header. */
                    csvColumns?: string | string[];
                    /** @description Address of the object storage; not needed for aws and gcs. */
                    endpoint?: string;
                    /** @description Columns to learn from. */
                    featureNames?: string | string[];
                    /** @description The client's own name for this entry. */
                    id?: string;
                    /** @description Column to predict. */
                    labelName?: string;
                    /** @description Key or folder within the bucket. */
                    prefix?: string;
                    /**
                     * @description Where the data is.
                     * @default object-storage
                     * @enum {string}
                     */
                    sourceType?: "object-storage" | "upload";
                    /**
                     * @description Who keeps the data.
                     * @enum {string}
                     */
                    storageProvider?: "aws" | "minio" | "gcs" | "azure" | "custom";
                }[];
                /** @description Name of the job; the id adds eight hex digits to it. */
                jobName: string;
                /**
                 * @description The volume stays until the job is deleted; else it is removed some days after the job has ended.
                 * @default false
                 */
                keepVolume?: boolean;
                /**
                 * @description Kubernetes namespace in the member cluster.
                 * @default default
                 */
                namespace?: string;
                /** @default {} */
                outputDataConfig?: {
                    /** @description Where the model is to be put; told as ARTIFACT_URI. */
                    artifactUri?: string;
                };
                /**
                 * @description Higher is dispatched first.
                 * @default 500
                 */
                priority?: number;
                /** @description A PersistentVolumeClaim that exists already, instead of a new one. */
                pvcName?: string;
                /** @default {} */
                resources?: {
                    /**
                     * @description Workers that train together.
                     * @default 1
                     */
                    instanceCount?: number;
                    /** @default {} */
                    instanceResources?: {
                        /**
                         * @description CPU cores of each instance.
                         * @default 4
                         */
                        cpuCores?: number;
                        /**
                         * @description NVIDIA GPUs of each instance.
                         * @default 0
                         */
                        gpuCount?: number;
                        /**
                         * @description Memory of each instance.
                         * @default 16
                         */
                        memoryGiB?: number;
                    };
                    /**
                     * @description Size of the volume for results, in GiB.
                     * @default 50
                     */
                    volumeSizeGB?: number;
                };
                /** @description What is tried again by itself, as the next attempt of the same job, from its checkpoint. */
                retryPolicy?: {
                    /** @default {} */
                    backoff?: {
                        /**
                         * @description Never longer than that.
                         * @default 3600
                         */
                        maxSeconds?: number;
                        /**
                         * @description Before the second attempt; then twice as long.
                         * @default 30
                         */
                        seconds?: number;
                    };
                    /**
                     * @description Whether it may go on in another cluster when its own is lost. fromCheckpoint: pvcName is one storage that all its clusters reach; fromStart: with a volume of its own there, so from its first step. Without: it waits for its cluster.
                     * @enum {string}
                     */
                    elsewhere?: "fromCheckpoint" | "fromStart";
                    /**
                     * @description Attempts in all, the first one included.
                     * @default 3
                     */
                    maxAttempts?: number;
                    /** @description With oom: so much more memory after an attempt that ran out of it (1.5 unless set), 4 times in all. */
                    memoryFactor?: number;
                    /**
                     * @description What an attempt has to be lost to: infrastructure (exit code 75 as well), preempted, stalled, oom. A program that fails by itself is not tried again.
                     * @default [
                     *       "infrastructure",
                     *       "preempted"
                     *     ]
                     */
                    on?: ("infrastructure" | "preempted" | "stalled" | "oom")[];
                };
                /**
                 * @description ray runs a RayJob; job a batch Job, for a container image without Ray; trainingjob a TrainingJob, whose workers are restarted together from their last checkpoint and report their progress.
                 * @default ray
                 * @enum {string}
                 */
                runtime?: "ray" | "job" | "trainingjob";
                /** @default {} */
                stoppingCondition?: {
                    /**
                     * @description The job is ended as Failed after this.
                     * @default 14400
                     */
                    maxRuntimeSeconds?: number;
                };
                /**
                 * @description Candidates; empty means every cluster that is ready.
                 * @default []
                 */
                targetClusters?: string[];
                /** @description Of runtime trainingjob. */
                training?: {
                    /**
                     * @description How workers talk to each other; nccl unless set.
                     * @enum {string}
                     */
                    backend?: "nccl" | "gloo" | "mpi";
                    /** @description Restarts after failures; 3 unless set. */
                    backoffLimit?: number;
                    checkpoint?: {
                        /** @description Every so many epochs; 1 unless set. */
                        frequency?: number;
                        /** @description The checkpoint that the first attempt begins from. */
                        resumeFrom?: string;
                        /** @description How many are kept. */
                        retention?: number;
                    };
                    /** @description Shown with the job; else the address of the training data. */
                    dataset?: string;
                    /**
                     * @description How it starts without a command; pytorch unless set: torchrun.
                     * @enum {string}
                     */
                    framework?: "pytorch" | "tensorflow" | "jax";
                    /** @description Shown with the job; else the algorithm's name. */
                    model?: string;
                };
                /** @description A zip file with one folder, in which the program starts (runtimes ray and job); POST /workdirs says where to bring it. */
                workdir?: string;
                /** @description Image of the Ray workers, when it differs. */
                workerImage?: string;
            };
            retryOf: string | null;
            /**
             * Format: date-time
             * @description Begin of the run that goes on; null when it does not run now
             */
            runningSince: string | null;
            /** Format: date-time */
            startedAt: string | null;
            status: components["schemas"]["JobStatusName"];
            /** @description Its clusters that do not answer, each with the time since when; status, reason and message are as old as that. Empty when all answer */
            unreachableSince: {
                [key: string]: string;
            };
            /** Format: date-time */
            updatedAt: string;
            /** @description What its pods use while it runs, as the Prometheus of its cluster tells; null where none does: GET /proxy/clusters has why */
            utilisation: {
                /** Format: date-time */
                at: string;
                /** @description Of what all its pods asked for */
                cpuPercent: number | null;
                /** @description How busy its GPUs are, on average over five minutes; null: of none is it known */
                gpuPercent: number | null;
                /** @description Of which that is known */
                gpus: number;
                /** @description Of these those that do next to nothing */
                idleGpus: number;
            } | null;
            /**
             * @description What was last asked for; the state follows
             * @enum {string}
             */
            wanted: "run" | "suspend" | "cancel" | "delete";
            /** @description What was ignored, or hardly does what was meant: one entry for each field */
            warnings: components["schemas"]["FieldNote"][];
        };
        Summary: {
            byCluster: {
                [key: string]: components["schemas"]["Counts"];
            };
            byClusterState: {
                [key: string]: {
                    Cancelled?: number;
                    Failed?: number;
                    Pending?: number;
                    Running?: number;
                    Succeeded?: number;
                    Suspended?: number;
                };
            };
            /** @description Each job in one of six: what was suspended or cancelled is not in those that its status names */
            byState: {
                Cancelled?: number;
                Failed?: number;
                Pending?: number;
                Running?: number;
                Succeeded?: number;
                Suspended?: number;
            };
            byStatus: components["schemas"]["Counts"];
            /** @description false: there are more than were counted, as with q, owner, reason and state few are enough */
            complete: boolean;
            total: number;
        };
        Teams: {
            teams: {
                /** @description Cores that running jobs have */
                cpus: number;
                /** @description How busy these are, on average; null: of none is it known */
                gpuPercent: number | null;
                /** @description That running jobs have */
                gpus: number;
                /** @description Those of its GPUs of which it is known how much they are used */
                gpusMeasured: number;
                /** @description That waiting jobs ask for */
                gpusWaitedFor: number;
                /** @description Of these those that do next to nothing */
                idleGpus: number;
                namespace: string;
                running: number;
                suspended: number;
                /** @description Not running yet, and not held back by a person */
                waiting: number;
            }[];
        };
        Workdir: {
            /** @description PUT it there, within an hour, with exactly these headers; null: it is there already */
            upload: {
                headers: {
                    [key: string]: string;
                };
                url: string;
            } | null;
            /** @description What a job names as its workdir */
            uri: string;
        };
        WorkdirRequest: {
            /** @description Its size. */
            bytes: number;
            /**
             * @description Of the job that is to start in it.
             * @default default
             */
            namespace?: string;
            /** @description Of the zip file. */
            sha256: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    postActions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key gives the same job for 24 hours, however often it is sent; 409 when that job has been deleted */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description One outcome a job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkOutcome"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAlgorithms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The algorithms */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Algorithm"][];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAuth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No secrets in here */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Auth"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEvents: {
        parameters: {
            query?: {
                job?: string;
                /** @description For clients that cannot send the header */
                lastEventId?: string;
                /** @description One or several, separated by commas */
                namespace?: string | string[];
            };
            header?: {
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["JobEvent"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFilters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By field */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilterValues"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getGoodput: {
        parameters: {
            query?: {
                format?: "json" | "csv";
                /** @description A week before to, unless given */
                from?: string;
                /** @description One or several, separated by commas */
                namespace?: string | string[];
                /** @description Now, unless given */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hours, and the steps */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Goodput"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobs: {
        parameters: {
            query?: {
                algorithm?: string;
                /** @description true: somebody should look at them; false: nobody need */
                attention?: "0" | "1" | "true" | "false" | "";
                cluster?: string;
                /** @description From the Link header of the page before */
                cursor?: string;
                /** @description Jobs on a page, at most 1000; a page of large jobs ends before, at 1 MiB */
                limit?: string;
                /** @description One or several, separated by commas */
                namespace?: string | string[];
                /** @description Who submitted it */
                owner?: string;
                /** @description Part of the name, id, reason or message */
                q?: string;
                /** @description One or several, separated by commas */
                reason?: string | string[];
                /** @description A field; - before it turns the order round. metric:<name>, such as metric:loss: by the latest of that number that was merged into its curve; jobs that do not tell it come after the others, the newest first */
                sort?: ("createdAt" | "-createdAt" | "updatedAt" | "-updatedAt" | "jobName" | "-jobName" | "priority" | "-priority" | "status" | "-status") | string;
                /** @description One or several of Pending, Suspended, Running, Succeeded, Failed, Cancelled, separated by commas: what was suspended or cancelled is not in those that its status names */
                state?: string | string[];
                /** @description One or several of Pending, Running, Succeeded, Failed, separated by commas */
                status?: string | string[];
                /** @description list: without request and clusterStates, which come with the job itself; full: with them, as clients of the first implementation read */
                view?: "full" | "list";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListedJob"][];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postJobs: {
        parameters: {
            query?: {
                /** @description Answers what would be created, and creates nothing */
                dryRun?: "0" | "1" | "true" | "false" | "";
            };
            header?: {
                /** @description The same key gives the same job for 24 hours, however often it is sent; 409 when that job has been deleted */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobRequest"];
            };
        };
        responses: {
            /** @description With dryRun: what would be created */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description The job */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmittedJob"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteJobsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed, or being removed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdAttempts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The attempts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attempt"][];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postJobsIdCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it is now; what was asked for is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobEvent"][];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdLogs: {
        parameters: {
            query?: {
                cluster?: string;
                container?: string;
                /** @description Go on as the job writes, until it ends */
                follow?: "0" | "1" | "true" | "false" | "";
                pod?: string;
                /** @description One run of the job, from 1 on; all of them without it */
                run?: string;
                sinceSeconds?: string;
                tailLines?: string;
                /** @description Each line begins with the time of its writing */
                timestamps?: "0" | "1" | "true" | "false" | "";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Plain text, as it comes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdLogsRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description From the first on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogRuns"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdManifest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order in which they are applied */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KubernetesObject"][];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdMetrics: {
        parameters: {
            query?: {
                /** @description Nothing before it */
                from?: string;
                /** @description Of the numbers, separated by commas; all without it */
                names?: string | string[];
                /** @description Entries of a series, at most */
                points?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The curves */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metrics"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdOutputs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outputs"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdOutputsFile: {
        parameters: {
            query: {
                /** @description As GET /jobs/{id}/outputs tells it */
                name: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its bytes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdPods: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By cluster */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPods"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postJobsIdPriority: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Priority"];
            };
        };
        responses: {
            /** @description The job as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postJobsIdResume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it is now; what was asked for is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postJobsIdRetry: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key gives the same job for 24 hours, however often it is sent; 409 when that job has been deleted */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new job */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsIdStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobState"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postJobsIdSuspend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it is now; what was asked for is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobsCompare: {
        parameters: {
            query: {
                /** @description Two to 5 jobs, separated by commas */
                ids: string | string[];
                /** @description Of the numbers, separated by commas; all without it */
                names?: string | string[];
                /** @description Entries of a series, at most */
                points?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of the ids */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comparison"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProxyClusters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The clusters */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Clusters"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postProxyClustersClusterFence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FenceRequest"];
            };
        };
        responses: {
            /** @description It is fenced */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fence"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteProxyClustersClusterFence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is fenced no longer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProxyClustersClusterResources: {
        parameters: {
            query?: {
                /** @description Objects at most */
                limit?: string;
                /** @description * for all, which needs the right to all */
                namespace?: string;
                type?: string;
            };
            header?: never;
            path: {
                cluster: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The objects */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resources"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getQueue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The first 1000 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSummary: {
        parameters: {
            query?: {
                algorithm?: string;
                /** @description true: somebody should look at them; false: nobody need */
                attention?: "0" | "1" | "true" | "false" | "";
                cluster?: string;
                /** @description One or several, separated by commas */
                namespace?: string | string[];
                /** @description Who submitted it */
                owner?: string;
                /** @description Part of the name, id, reason or message */
                q?: string;
                /** @description One or several, separated by commas */
                reason?: string | string[];
                /** @description One or several of Pending, Suspended, Running, Succeeded, Failed, Cancelled, separated by commas: what was suspended or cancelled is not in those that its status names */
                state?: string | string[];
                /** @description One or several of Pending, Running, Succeeded, Failed, separated by commas */
                status?: string | string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTeams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By namespace */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Teams"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postWorkdirs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkdirRequest"];
            };
        };
        responses: {
            /** @description Where it lies, and how to bring it there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workdir"];
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "healthy";
                    };
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready";
                    };
                };
            };
            /** @description What was wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
