# Written by `npm run types` from the service's OpenAPI document; never edited by hand.
# Requests may leave out what has a default.
from typing import Any, Literal, NotRequired, TypedDict


class Algorithm(TypedDict):
    name: str
    title: str
    description: str
    entrypoint: str
    needsGpus: bool
    common: list[str]
    fields: list["AlgorithmField"]


class AlgorithmField_Items(TypedDict):
    enum: NotRequired[list[str]]
    pattern: NotRequired[str]


class AlgorithmField(TypedDict):
    name: str
    type: Literal["integer", "number", "string", "boolean", "list"]
    default: NotRequired[Any]
    help: str
    nullable: bool
    min: NotRequired[float]
    max: NotRequired[float]
    exclusiveMin: NotRequired[bool]
    exclusiveMax: NotRequired[bool]
    enum: NotRequired[list[str | float]]
    literals: NotRequired[list[str]]
    pattern: NotRequired[str]
    maxLength: NotRequired[int]
    items: NotRequired["AlgorithmField_Items"]
    minItems: NotRequired[int]
    maxItems: NotRequired[int]


class Attempt(TypedDict):
    id: str
    attempt: int
    status: "JobStatusName"
    reason: str
    message: str
    createdAt: str
    objectName: str
    clusters: list[str]
    startedAt: str | None
    finishedAt: str | None
    ranForMs: int
    lostTo: Literal["infrastructure", "preempted", "stalled", "oom", None]


class Auth(TypedDict):
    mode: Literal["none", "tokens", "oidc"]
    issuer: str | None
    clientId: str | None
    audience: str | None


class BulkOutcome_Outcomes_Item(TypedDict):
    id: str
    outcome: Literal["done", "refused", "forbidden", "unknown"]
    detail: str | None
    newId: NotRequired[str]


class BulkOutcome(TypedDict):
    outcomes: list["BulkOutcome_Outcomes_Item"]


class BulkRequest(TypedDict):
    action: Literal["cancel", "suspend", "resume", "retry", "delete"]
    ids: list[str]


class Cluster_Nodes(TypedDict):
    total: int
    ready: int


class Cluster_States(TypedDict):
    Pending: NotRequired[int]
    Suspended: NotRequired[int]
    Running: NotRequired[int]
    Succeeded: NotRequired[int]
    Failed: NotRequired[int]
    Cancelled: NotRequired[int]


class Cluster_Monitor(TypedDict):
    lastAnswerAt: str | None
    consecutiveFailures: int
    latencyMs: float | None
    error: str | None
    unreachableSince: str | None


class Cluster_Utilisation(TypedDict):
    answeredAt: str | None
    why: str | None


class Cluster_Fence(TypedDict):
    at: str
    by: str
    reason: str
    leftBehind: int


class Cluster(TypedDict):
    name: str
    ready: bool
    region: str
    zone: str
    reason: str
    message: str
    kubernetesVersion: str
    nodes: "Cluster_Nodes"
    allocatable: dict[str, str]
    allocated: dict[str, str]
    jobs: "Counts"
    states: "Cluster_States"
    monitor: "Cluster_Monitor | None"
    utilisation: "Cluster_Utilisation | None"
    fence: "Cluster_Fence | None"


class ClusterState(TypedDict):
    status: "JobStatusName"
    reason: str
    message: str
    startedAt: str | None
    finishedAt: str | None


class Clusters(TypedDict):
    clusters: list["Cluster"]
    unreachableSince: str | None


class Comparison_Differences_Item(TypedDict):
    name: str
    values: list[Any]


class Comparison(TypedDict):
    jobs: list["ListedJob"]
    differences: list["Comparison_Differences_Item"]
    metrics: list["Metrics"]


class Counts(TypedDict):
    Pending: NotRequired[int]
    Running: NotRequired[int]
    Succeeded: NotRequired[int]
    Failed: NotRequired[int]


class DryRun_Request_Algorithm(TypedDict):
    source: NotRequired[Literal["builtin", "container", "default", "custom"]]
    algorithmName: NotRequired[str]
    imageUri: NotRequired[str]


class DryRun_Request_Resources_InstanceResources(TypedDict):
    cpuCores: NotRequired[float]
    memoryGiB: NotRequired[float]
    gpuCount: NotRequired[int]


class DryRun_Request_Resources(TypedDict):
    instanceResources: NotRequired["DryRun_Request_Resources_InstanceResources"]
    instanceCount: NotRequired[int]
    volumeSizeGB: NotRequired[int]


class DryRun_Request_StoppingCondition(TypedDict):
    maxRuntimeSeconds: NotRequired[int]


class DryRun_Request_RetryPolicy_Backoff(TypedDict):
    seconds: NotRequired[int]
    maxSeconds: NotRequired[int]


class DryRun_Request_RetryPolicy(TypedDict):
    maxAttempts: NotRequired[int]
    on: NotRequired[list[Literal["infrastructure", "preempted", "stalled", "oom"]]]
    backoff: NotRequired["DryRun_Request_RetryPolicy_Backoff"]
    elsewhere: NotRequired[Literal["fromCheckpoint", "fromStart"]]
    memoryFactor: NotRequired[float]


class DryRun_Request_InputDataConfig_Item(TypedDict):
    id: NotRequired[str]
    channelName: str
    sourceType: NotRequired[Literal["object-storage", "upload"]]
    storageProvider: NotRequired[Literal["aws", "minio", "gcs", "azure", "custom"]]
    endpoint: NotRequired[str]
    bucket: NotRequired[str]
    prefix: NotRequired[str]
    channelType: NotRequired[Literal["train", "validation", "test"]]
    contentType: NotRequired[str]
    csvColumns: NotRequired[str | list[str]]
    featureNames: NotRequired[str | list[str]]
    labelName: NotRequired[str]


class DryRun_Request_OutputDataConfig(TypedDict):
    artifactUri: NotRequired[str]


class DryRun_Request_Training_Checkpoint(TypedDict):
    frequency: NotRequired[int]
    retention: NotRequired[int]
    resumeFrom: NotRequired[str]


class DryRun_Request_Training(TypedDict):
    framework: NotRequired[Literal["pytorch", "tensorflow", "jax"]]
    model: NotRequired[str]
    dataset: NotRequired[str]
    backoffLimit: NotRequired[int]
    backend: NotRequired[Literal["nccl", "gloo", "mpi"]]
    checkpoint: NotRequired["DryRun_Request_Training_Checkpoint"]


class DryRun_Request(TypedDict):
    jobName: str
    namespace: NotRequired[str]
    priority: NotRequired[int]
    runtime: NotRequired[Literal["ray", "job", "trainingjob"]]
    algorithm: "DryRun_Request_Algorithm"
    resources: NotRequired["DryRun_Request_Resources"]
    stoppingCondition: NotRequired["DryRun_Request_StoppingCondition"]
    retryPolicy: NotRequired["DryRun_Request_RetryPolicy"]
    inputDataConfig: NotRequired[list["DryRun_Request_InputDataConfig_Item"]]
    outputDataConfig: NotRequired["DryRun_Request_OutputDataConfig"]
    hyperparameters: NotRequired[dict[str, dict[str, Any]]]
    customHyperparameters: NotRequired[dict[str, Literal[""] | str | float | bool]]
    targetClusters: NotRequired[list[str]]
    clusterCount: NotRequired[int]
    entrypoint: NotRequired[str]
    command: NotRequired[list[str]]
    args: NotRequired[list[str]]
    workdir: NotRequired[str]
    headImage: NotRequired[str]
    workerImage: NotRequired[str]
    training: NotRequired["DryRun_Request_Training"]
    keepVolume: NotRequired[bool]
    pvcName: NotRequired[str]
    credentialsSecret: NotRequired[str]


class DryRun_Candidates_Item(TypedDict):
    cluster: str
    ready: bool
    fits: bool | None
    message: str


class DryRun(TypedDict):
    dryRun: Literal[True]
    request: "DryRun_Request"
    variables: dict[str, str]
    manifests: list["KubernetesObject"]
    candidates: list["DryRun_Candidates_Item"]
    warnings: list["FieldNote"]


class Fence(TypedDict):
    cluster: str
    at: str
    by: str
    reason: str
    leftBehind: int


class FenceRequest(TypedDict):
    reason: NotRequired[str]


class FieldNote(TypedDict):
    path: str
    message: str
    pointer: str
    detail: str


class FilterValues_Namespace_Item(TypedDict):
    value: str
    jobs: int


class FilterValues_Algorithm_Item(TypedDict):
    value: str
    jobs: int


class FilterValues_Owner_Item(TypedDict):
    value: str
    jobs: int


class FilterValues_Reason_Item(TypedDict):
    value: str
    jobs: int


class FilterValues_Cluster_Item(TypedDict):
    value: str
    jobs: int


class FilterValues_Metric_Item(TypedDict):
    value: str
    jobs: int


class FilterValues(TypedDict):
    namespace: list["FilterValues_Namespace_Item"]
    algorithm: list["FilterValues_Algorithm_Item"]
    owner: list["FilterValues_Owner_Item"]
    reason: list["FilterValues_Reason_Item"]
    cluster: list["FilterValues_Cluster_Item"]
    metric: list["FilterValues_Metric_Item"]


class Goodput_Teams_Item_Lost_Infrastructure(TypedDict):
    gpuHours: float
    cpuHours: float


class Goodput_Teams_Item_Lost_Preempted(TypedDict):
    gpuHours: float
    cpuHours: float


class Goodput_Teams_Item_Lost_Stalled(TypedDict):
    gpuHours: float
    cpuHours: float


class Goodput_Teams_Item_Lost_Oom(TypedDict):
    gpuHours: float
    cpuHours: float


class Goodput_Teams_Item_Lost_Failed(TypedDict):
    gpuHours: float
    cpuHours: float


class Goodput_Teams_Item_Lost_Cancelled(TypedDict):
    gpuHours: float
    cpuHours: float


class Goodput_Teams_Item_Lost(TypedDict):
    infrastructure: NotRequired["Goodput_Teams_Item_Lost_Infrastructure"]
    preempted: NotRequired["Goodput_Teams_Item_Lost_Preempted"]
    stalled: NotRequired["Goodput_Teams_Item_Lost_Stalled"]
    oom: NotRequired["Goodput_Teams_Item_Lost_Oom"]
    failed: NotRequired["Goodput_Teams_Item_Lost_Failed"]
    cancelled: NotRequired["Goodput_Teams_Item_Lost_Cancelled"]


class Goodput_Teams_Item(TypedDict):
    gpuHours: float
    cpuHours: float
    namespace: str
    jobs: int
    attempts: int
    lost: "Goodput_Teams_Item_Lost"
    stepsRun: float
    stepsKept: float
    goodput: float | None


class Job_Request_Algorithm(TypedDict):
    source: NotRequired[Literal["builtin", "container", "default", "custom"]]
    algorithmName: NotRequired[str]
    imageUri: NotRequired[str]


class Job_Request_Resources_InstanceResources(TypedDict):
    cpuCores: NotRequired[float]
    memoryGiB: NotRequired[float]
    gpuCount: NotRequired[int]


class Job_Request_Resources(TypedDict):
    instanceResources: NotRequired["Job_Request_Resources_InstanceResources"]
    instanceCount: NotRequired[int]
    volumeSizeGB: NotRequired[int]


class Job_Request_StoppingCondition(TypedDict):
    maxRuntimeSeconds: NotRequired[int]


class Job_Request_RetryPolicy_Backoff(TypedDict):
    seconds: NotRequired[int]
    maxSeconds: NotRequired[int]


class Job_Request_RetryPolicy(TypedDict):
    maxAttempts: NotRequired[int]
    on: NotRequired[list[Literal["infrastructure", "preempted", "stalled", "oom"]]]
    backoff: NotRequired["Job_Request_RetryPolicy_Backoff"]
    elsewhere: NotRequired[Literal["fromCheckpoint", "fromStart"]]
    memoryFactor: NotRequired[float]


class Job_Request_InputDataConfig_Item(TypedDict):
    id: NotRequired[str]
    channelName: str
    sourceType: NotRequired[Literal["object-storage", "upload"]]
    storageProvider: NotRequired[Literal["aws", "minio", "gcs", "azure", "custom"]]
    endpoint: NotRequired[str]
    bucket: NotRequired[str]
    prefix: NotRequired[str]
    channelType: NotRequired[Literal["train", "validation", "test"]]
    contentType: NotRequired[str]
    csvColumns: NotRequired[str | list[str]]
    featureNames: NotRequired[str | list[str]]
    labelName: NotRequired[str]


class Job_Request_OutputDataConfig(TypedDict):
    artifactUri: NotRequired[str]


class Job_Request_Training_Checkpoint(TypedDict):
    frequency: NotRequired[int]
    retention: NotRequired[int]
    resumeFrom: NotRequired[str]


class Job_Request_Training(TypedDict):
    framework: NotRequired[Literal["pytorch", "tensorflow", "jax"]]
    model: NotRequired[str]
    dataset: NotRequired[str]
    backoffLimit: NotRequired[int]
    backend: NotRequired[Literal["nccl", "gloo", "mpi"]]
    checkpoint: NotRequired["Job_Request_Training_Checkpoint"]


class Job_Request(TypedDict):
    jobName: str
    namespace: NotRequired[str]
    priority: NotRequired[int]
    runtime: NotRequired[Literal["ray", "job", "trainingjob"]]
    algorithm: "Job_Request_Algorithm"
    resources: NotRequired["Job_Request_Resources"]
    stoppingCondition: NotRequired["Job_Request_StoppingCondition"]
    retryPolicy: NotRequired["Job_Request_RetryPolicy"]
    inputDataConfig: NotRequired[list["Job_Request_InputDataConfig_Item"]]
    outputDataConfig: NotRequired["Job_Request_OutputDataConfig"]
    hyperparameters: NotRequired[dict[str, dict[str, Any]]]
    customHyperparameters: NotRequired[dict[str, Literal[""] | str | float | bool]]
    targetClusters: NotRequired[list[str]]
    clusterCount: NotRequired[int]
    entrypoint: NotRequired[str]
    command: NotRequired[list[str]]
    args: NotRequired[list[str]]
    workdir: NotRequired[str]
    headImage: NotRequired[str]
    workerImage: NotRequired[str]
    training: NotRequired["Job_Request_Training"]
    keepVolume: NotRequired[bool]
    pvcName: NotRequired[str]
    credentialsSecret: NotRequired[str]


class Job_Attention(TypedDict):
    reason: str
    since: str
    message: str


class Job_Progress_Workers(TypedDict):
    ready: int
    of: int


class Job_Progress(TypedDict):
    source: Literal["trainingjob", "report", "log"]
    percent: int | None
    epoch: int | None
    etaSeconds: int | None
    loss: float | None
    step: int | None
    metrics: dict[str, float]
    checkpoint: str | None
    attempt: int | None
    workers: "Job_Progress_Workers | None"
    cluster: str
    at: str


class Job_Utilisation(TypedDict):
    gpuPercent: int | None
    gpus: int
    idleGpus: int
    cpuPercent: int | None
    at: str


class Job(TypedDict):
    id: str
    jobName: str
    namespace: str
    algorithm: str
    priority: int
    request: "Job_Request"
    status: "JobStatusName"
    reason: str
    message: str
    advice: str | None
    wanted: Literal["run", "suspend", "cancel", "delete"]
    kind: Literal["RayJob", "Job", "TrainingJob"]
    objectName: str
    clusters: list[str]
    clusterStates: dict[str, "ClusterState"]
    unreachableSince: dict[str, str]
    retryOf: str | None
    attempt: int
    nextAttemptAt: str | None
    attention: "Job_Attention | None"
    progress: "Job_Progress | None"
    utilisation: "Job_Utilisation | None"
    createdBy: str | None
    createdAt: str
    updatedAt: str
    dispatchedAt: str | None
    startedAt: str | None
    finishedAt: str | None
    ranForMs: int
    runningSince: str | None


class JobEvent_Job_Attention(TypedDict):
    reason: str
    since: str
    message: str


class JobEvent_Job(TypedDict):
    status: "JobStatusName"
    reason: str
    message: str
    wanted: Literal["run", "suspend", "cancel", "delete"]
    priority: int
    clusters: list[str]
    unreachableSince: dict[str, str]
    dispatchedAt: str | None
    startedAt: str | None
    finishedAt: str | None
    ranForMs: int
    runningSince: str | None
    updatedAt: str
    attempt: NotRequired[int]
    nextAttemptAt: NotRequired[str | None]
    attention: NotRequired["JobEvent_Job_Attention | None"]


class JobEvent(TypedDict):
    id: str
    jobId: str
    namespace: str
    at: str
    status: "JobStatusName"
    previous: "JobStatusName | None"
    cluster: str | None
    reason: str
    message: str
    job: NotRequired["JobEvent_Job | None"]


class JobPods_Clusters_Item_Pods_Item(TypedDict):
    name: str
    role: str
    phase: str
    node: str | None
    ready: bool
    restarts: int
    reason: str | None
    message: str | None
    advice: str | None
    createdAt: str | None


class JobPods_Clusters_Item_Events_Item(TypedDict):
    at: str | None
    type: str
    reason: str
    message: str
    object: str
    count: int
    advice: str | None


class JobPods_Clusters_Item(TypedDict):
    cluster: str
    error: str | None
    pods: list["JobPods_Clusters_Item_Pods_Item"]
    events: list["JobPods_Clusters_Item_Events_Item"]


class JobPods(TypedDict):
    clusters: list["JobPods_Clusters_Item"]


class JobRequest_Algorithm(TypedDict):
    source: NotRequired[Literal["builtin", "container", "default", "custom"]]
    algorithmName: NotRequired[str]
    imageUri: NotRequired[str]


class JobRequest_Resources_InstanceResources(TypedDict):
    cpuCores: NotRequired[float]
    memoryGiB: NotRequired[float]
    gpuCount: NotRequired[int]


class JobRequest_Resources(TypedDict):
    instanceResources: NotRequired["JobRequest_Resources_InstanceResources"]
    instanceCount: NotRequired[int]
    volumeSizeGB: NotRequired[int]


class JobRequest_StoppingCondition(TypedDict):
    maxRuntimeSeconds: NotRequired[int]


class JobRequest_RetryPolicy_Backoff(TypedDict):
    seconds: NotRequired[int]
    maxSeconds: NotRequired[int]


class JobRequest_RetryPolicy(TypedDict):
    maxAttempts: NotRequired[int]
    on: NotRequired[list[Literal["infrastructure", "preempted", "stalled", "oom"]]]
    backoff: NotRequired["JobRequest_RetryPolicy_Backoff"]
    elsewhere: NotRequired[Literal["fromCheckpoint", "fromStart"]]
    memoryFactor: NotRequired[float]


class JobRequest_InputDataConfig_Item(TypedDict):
    id: NotRequired[str]
    channelName: str
    sourceType: NotRequired[Literal["object-storage", "upload"]]
    storageProvider: NotRequired[Literal["aws", "minio", "gcs", "azure", "custom"]]
    endpoint: NotRequired[str]
    bucket: NotRequired[str]
    prefix: NotRequired[str]
    channelType: NotRequired[Literal["train", "validation", "test"]]
    contentType: NotRequired[str]
    csvColumns: NotRequired[str | list[str]]
    featureNames: NotRequired[str | list[str]]
    labelName: NotRequired[str]


class JobRequest_OutputDataConfig(TypedDict):
    artifactUri: NotRequired[str]


class JobRequest_Training_Checkpoint(TypedDict):
    frequency: NotRequired[int]
    retention: NotRequired[int]
    resumeFrom: NotRequired[str]


class JobRequest_Training(TypedDict):
    framework: NotRequired[Literal["pytorch", "tensorflow", "jax"]]
    model: NotRequired[str]
    dataset: NotRequired[str]
    backoffLimit: NotRequired[int]
    backend: NotRequired[Literal["nccl", "gloo", "mpi"]]
    checkpoint: NotRequired["JobRequest_Training_Checkpoint"]


class JobRequest(TypedDict):
    jobName: str
    namespace: NotRequired[str]
    priority: NotRequired[int]
    runtime: NotRequired[Literal["ray", "job", "trainingjob"]]
    algorithm: "JobRequest_Algorithm"
    resources: NotRequired["JobRequest_Resources"]
    stoppingCondition: NotRequired["JobRequest_StoppingCondition"]
    retryPolicy: NotRequired["JobRequest_RetryPolicy"]
    inputDataConfig: NotRequired[list["JobRequest_InputDataConfig_Item"]]
    outputDataConfig: NotRequired["JobRequest_OutputDataConfig"]
    hyperparameters: NotRequired[dict[str, dict[str, Any]]]
    customHyperparameters: NotRequired[dict[str, Literal[""] | str | float | bool]]
    targetClusters: NotRequired[list[str]]
    clusterCount: NotRequired[int]
    entrypoint: NotRequired[str]
    command: NotRequired[list[str]]
    args: NotRequired[list[str]]
    workdir: NotRequired[str]
    headImage: NotRequired[str]
    workerImage: NotRequired[str]
    training: NotRequired["JobRequest_Training"]
    keepVolume: NotRequired[bool]
    pvcName: NotRequired[str]
    credentialsSecret: NotRequired[str]


class JobState(TypedDict):
    phase: "JobStatusName"
    reason: str
    message: str
    active: int
    succeeded: int
    failed: int
    startTime: str | None
    completionTime: str | None
    clusterDistribution: dict[str, int]


class KubernetesObject_Metadata(TypedDict):
    name: str


class KubernetesObject(TypedDict):
    apiVersion: str
    kind: str
    metadata: "KubernetesObject_Metadata"


class ListedJob_Request_Algorithm(TypedDict):
    source: NotRequired[Literal["builtin", "container", "default", "custom"]]
    algorithmName: NotRequired[str]
    imageUri: NotRequired[str]


class ListedJob_Request_Resources_InstanceResources(TypedDict):
    cpuCores: NotRequired[float]
    memoryGiB: NotRequired[float]
    gpuCount: NotRequired[int]


class ListedJob_Request_Resources(TypedDict):
    instanceResources: NotRequired["ListedJob_Request_Resources_InstanceResources"]
    instanceCount: NotRequired[int]
    volumeSizeGB: NotRequired[int]


class ListedJob_Request_StoppingCondition(TypedDict):
    maxRuntimeSeconds: NotRequired[int]


class ListedJob_Request_RetryPolicy_Backoff(TypedDict):
    seconds: NotRequired[int]
    maxSeconds: NotRequired[int]


class ListedJob_Request_RetryPolicy(TypedDict):
    maxAttempts: NotRequired[int]
    on: NotRequired[list[Literal["infrastructure", "preempted", "stalled", "oom"]]]
    backoff: NotRequired["ListedJob_Request_RetryPolicy_Backoff"]
    elsewhere: NotRequired[Literal["fromCheckpoint", "fromStart"]]
    memoryFactor: NotRequired[float]


class ListedJob_Request_InputDataConfig_Item(TypedDict):
    id: NotRequired[str]
    channelName: str
    sourceType: NotRequired[Literal["object-storage", "upload"]]
    storageProvider: NotRequired[Literal["aws", "minio", "gcs", "azure", "custom"]]
    endpoint: NotRequired[str]
    bucket: NotRequired[str]
    prefix: NotRequired[str]
    channelType: NotRequired[Literal["train", "validation", "test"]]
    contentType: NotRequired[str]
    csvColumns: NotRequired[str | list[str]]
    featureNames: NotRequired[str | list[str]]
    labelName: NotRequired[str]


class ListedJob_Request_OutputDataConfig(TypedDict):
    artifactUri: NotRequired[str]


class ListedJob_Request_Training_Checkpoint(TypedDict):
    frequency: NotRequired[int]
    retention: NotRequired[int]
    resumeFrom: NotRequired[str]


class ListedJob_Request_Training(TypedDict):
    framework: NotRequired[Literal["pytorch", "tensorflow", "jax"]]
    model: NotRequired[str]
    dataset: NotRequired[str]
    backoffLimit: NotRequired[int]
    backend: NotRequired[Literal["nccl", "gloo", "mpi"]]
    checkpoint: NotRequired["ListedJob_Request_Training_Checkpoint"]


class ListedJob_Request(TypedDict):
    jobName: str
    namespace: NotRequired[str]
    priority: NotRequired[int]
    runtime: NotRequired[Literal["ray", "job", "trainingjob"]]
    algorithm: "ListedJob_Request_Algorithm"
    resources: NotRequired["ListedJob_Request_Resources"]
    stoppingCondition: NotRequired["ListedJob_Request_StoppingCondition"]
    retryPolicy: NotRequired["ListedJob_Request_RetryPolicy"]
    inputDataConfig: NotRequired[list["ListedJob_Request_InputDataConfig_Item"]]
    outputDataConfig: NotRequired["ListedJob_Request_OutputDataConfig"]
    hyperparameters: NotRequired[dict[str, dict[str, Any]]]
    customHyperparameters: NotRequired[dict[str, Literal[""] | str | float | bool]]
    targetClusters: NotRequired[list[str]]
    clusterCount: NotRequired[int]
    entrypoint: NotRequired[str]
    command: NotRequired[list[str]]
    args: NotRequired[list[str]]
    workdir: NotRequired[str]
    headImage: NotRequired[str]
    workerImage: NotRequired[str]
    training: NotRequired["ListedJob_Request_Training"]
    keepVolume: NotRequired[bool]
    pvcName: NotRequired[str]
    credentialsSecret: NotRequired[str]


class ListedJob_Attention(TypedDict):
    reason: str
    since: str
    message: str


class ListedJob_Progress_Workers(TypedDict):
    ready: int
    of: int


class ListedJob_Progress(TypedDict):
    source: Literal["trainingjob", "report", "log"]
    percent: int | None
    epoch: int | None
    etaSeconds: int | None
    loss: float | None
    step: int | None
    metrics: dict[str, float]
    checkpoint: str | None
    attempt: int | None
    workers: "ListedJob_Progress_Workers | None"
    cluster: str
    at: str


class ListedJob_Utilisation(TypedDict):
    gpuPercent: int | None
    gpus: int
    idleGpus: int
    cpuPercent: int | None
    at: str


class ListedJob(TypedDict):
    id: str
    jobName: str
    namespace: str
    algorithm: str
    priority: int
    request: NotRequired["ListedJob_Request"]
    status: "JobStatusName"
    reason: str
    message: str
    advice: NotRequired[str | None]
    wanted: Literal["run", "suspend", "cancel", "delete"]
    kind: Literal["RayJob", "Job", "TrainingJob"]
    objectName: str
    clusters: list[str]
    clusterStates: NotRequired[dict[str, "ClusterState"]]
    unreachableSince: dict[str, str]
    retryOf: str | None
    attempt: int
    nextAttemptAt: str | None
    attention: "ListedJob_Attention | None"
    progress: "ListedJob_Progress | None"
    utilisation: "ListedJob_Utilisation | None"
    createdBy: str | None
    createdAt: str
    updatedAt: str
    dispatchedAt: str | None
    startedAt: str | None
    finishedAt: str | None
    ranForMs: int
    runningSince: str | None
    spark: NotRequired[list[float] | None]


class LogRuns_Runs_Item(TypedDict):
    run: int
    pods: list[str]
    live: bool


class LogRuns(TypedDict):
    runs: list["LogRuns_Runs_Item"]
    unreachable: list[str]


class Me_Grants_Item(TypedDict):
    role: Literal["viewer", "submitter", "admin"]
    namespaces: list[str]


class Me_Links_Item(TypedDict):
    label: str
    url: str


class Me(TypedDict):
    name: str
    role: Literal["viewer", "submitter", "admin", None]
    namespaces: list[str] | None
    grants: list["Me_Grants_Item"]
    auth: "Auth"
    links: list["Me_Links_Item"]


class Message(TypedDict):
    message: str
    done: bool


class Metrics_Marks_Item(TypedDict):
    at: str
    kind: Literal["attempt", "cluster"]
    attempt: int | None
    cluster: str | None


class Metrics(TypedDict):
    jobId: str
    names: list[str]
    series: list["Series"]
    marks: list["Metrics_Marks_Item"]
    source: Literal["trainingjob", "report", "log", None]


class Outputs_Outputs_Item(TypedDict):
    name: str
    uri: str
    sizeBytes: float | None
    href: str | None


class Outputs(TypedDict):
    outputs: list["Outputs_Outputs_Item"]
    why: str | None


class Priority(TypedDict):
    priority: int


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    message: str
    requestId: str
    errors: NotRequired[list["FieldNote"]]
    moreErrors: NotRequired[int]


class Queue_Jobs_Item(TypedDict):
    id: str
    position: int


class Queue(TypedDict):
    waiting: int
    jobs: list["Queue_Jobs_Item"]


class Resources(TypedDict):
    cluster: str
    namespace: str
    type: str
    count: int
    resources: list["KubernetesObject"]


class Series(TypedDict):
    name: str
    at: list[int]
    value: list[float]
    min: list[float]
    max: list[float]
    step: list[int | None]
    last: float
    lowest: float
    highest: float


class SubmittedJob_Request_Algorithm(TypedDict):
    source: NotRequired[Literal["builtin", "container", "default", "custom"]]
    algorithmName: NotRequired[str]
    imageUri: NotRequired[str]


class SubmittedJob_Request_Resources_InstanceResources(TypedDict):
    cpuCores: NotRequired[float]
    memoryGiB: NotRequired[float]
    gpuCount: NotRequired[int]


class SubmittedJob_Request_Resources(TypedDict):
    instanceResources: NotRequired["SubmittedJob_Request_Resources_InstanceResources"]
    instanceCount: NotRequired[int]
    volumeSizeGB: NotRequired[int]


class SubmittedJob_Request_StoppingCondition(TypedDict):
    maxRuntimeSeconds: NotRequired[int]


class SubmittedJob_Request_RetryPolicy_Backoff(TypedDict):
    seconds: NotRequired[int]
    maxSeconds: NotRequired[int]


class SubmittedJob_Request_RetryPolicy(TypedDict):
    maxAttempts: NotRequired[int]
    on: NotRequired[list[Literal["infrastructure", "preempted", "stalled", "oom"]]]
    backoff: NotRequired["SubmittedJob_Request_RetryPolicy_Backoff"]
    elsewhere: NotRequired[Literal["fromCheckpoint", "fromStart"]]
    memoryFactor: NotRequired[float]


class SubmittedJob_Request_InputDataConfig_Item(TypedDict):
    id: NotRequired[str]
    channelName: str
    sourceType: NotRequired[Literal["object-storage", "upload"]]
    storageProvider: NotRequired[Literal["aws", "minio", "gcs", "azure", "custom"]]
    endpoint: NotRequired[str]
    bucket: NotRequired[str]
    prefix: NotRequired[str]
    channelType: NotRequired[Literal["train", "validation", "test"]]
    contentType: NotRequired[str]
    csvColumns: NotRequired[str | list[str]]
    featureNames: NotRequired[str | list[str]]
    labelName: NotRequired[str]


class SubmittedJob_Request_OutputDataConfig(TypedDict):
    artifactUri: NotRequired[str]


class SubmittedJob_Request_Training_Checkpoint(TypedDict):
    frequency: NotRequired[int]
    retention: NotRequired[int]
    resumeFrom: NotRequired[str]


class SubmittedJob_Request_Training(TypedDict):
    framework: NotRequired[Literal["pytorch", "tensorflow", "jax"]]
    model: NotRequired[str]
    dataset: NotRequired[str]
    backoffLimit: NotRequired[int]
    backend: NotRequired[Literal["nccl", "gloo", "mpi"]]
    checkpoint: NotRequired["SubmittedJob_Request_Training_Checkpoint"]


class SubmittedJob_Request(TypedDict):
    jobName: str
    namespace: NotRequired[str]
    priority: NotRequired[int]
    runtime: NotRequired[Literal["ray", "job", "trainingjob"]]
    algorithm: "SubmittedJob_Request_Algorithm"
    resources: NotRequired["SubmittedJob_Request_Resources"]
    stoppingCondition: NotRequired["SubmittedJob_Request_StoppingCondition"]
    retryPolicy: NotRequired["SubmittedJob_Request_RetryPolicy"]
    inputDataConfig: NotRequired[list["SubmittedJob_Request_InputDataConfig_Item"]]
    outputDataConfig: NotRequired["SubmittedJob_Request_OutputDataConfig"]
    hyperparameters: NotRequired[dict[str, dict[str, Any]]]
    customHyperparameters: NotRequired[dict[str, Literal[""] | str | float | bool]]
    targetClusters: NotRequired[list[str]]
    clusterCount: NotRequired[int]
    entrypoint: NotRequired[str]
    command: NotRequired[list[str]]
    args: NotRequired[list[str]]
    workdir: NotRequired[str]
    headImage: NotRequired[str]
    workerImage: NotRequired[str]
    training: NotRequired["SubmittedJob_Request_Training"]
    keepVolume: NotRequired[bool]
    pvcName: NotRequired[str]
    credentialsSecret: NotRequired[str]


class SubmittedJob_Attention(TypedDict):
    reason: str
    since: str
    message: str


class SubmittedJob_Progress_Workers(TypedDict):
    ready: int
    of: int


class SubmittedJob_Progress(TypedDict):
    source: Literal["trainingjob", "report", "log"]
    percent: int | None
    epoch: int | None
    etaSeconds: int | None
    loss: float | None
    step: int | None
    metrics: dict[str, float]
    checkpoint: str | None
    attempt: int | None
    workers: "SubmittedJob_Progress_Workers | None"
    cluster: str
    at: str


class SubmittedJob_Utilisation(TypedDict):
    gpuPercent: int | None
    gpus: int
    idleGpus: int
    cpuPercent: int | None
    at: str


class SubmittedJob(TypedDict):
    id: str
    jobName: str
    namespace: str
    algorithm: str
    priority: int
    request: "SubmittedJob_Request"
    status: "JobStatusName"
    reason: str
    message: str
    advice: str | None
    wanted: Literal["run", "suspend", "cancel", "delete"]
    kind: Literal["RayJob", "Job", "TrainingJob"]
    objectName: str
    clusters: list[str]
    clusterStates: dict[str, "ClusterState"]
    unreachableSince: dict[str, str]
    retryOf: str | None
    attempt: int
    nextAttemptAt: str | None
    attention: "SubmittedJob_Attention | None"
    progress: "SubmittedJob_Progress | None"
    utilisation: "SubmittedJob_Utilisation | None"
    createdBy: str | None
    createdAt: str
    updatedAt: str
    dispatchedAt: str | None
    startedAt: str | None
    finishedAt: str | None
    ranForMs: int
    runningSince: str | None
    warnings: list["FieldNote"]


class Summary_ByState(TypedDict):
    Pending: NotRequired[int]
    Suspended: NotRequired[int]
    Running: NotRequired[int]
    Succeeded: NotRequired[int]
    Failed: NotRequired[int]
    Cancelled: NotRequired[int]


class Summary_ByClusterState_Value(TypedDict):
    Pending: NotRequired[int]
    Suspended: NotRequired[int]
    Running: NotRequired[int]
    Succeeded: NotRequired[int]
    Failed: NotRequired[int]
    Cancelled: NotRequired[int]


class Summary(TypedDict):
    total: int
    byStatus: "Counts"
    byState: "Summary_ByState"
    byCluster: dict[str, "Counts"]
    byClusterState: dict[str, "Summary_ByClusterState_Value"]
    complete: bool


class Teams_Teams_Item(TypedDict):
    namespace: str
    running: int
    waiting: int
    suspended: int
    gpus: float
    cpus: float
    gpusWaitedFor: float
    gpusMeasured: int
    idleGpus: int
    gpuPercent: int | None


class Teams(TypedDict):
    teams: list["Teams_Teams_Item"]


class Workdir_Upload(TypedDict):
    url: str
    headers: dict[str, str]


class Workdir(TypedDict):
    uri: str
    upload: "Workdir_Upload | None"


class WorkdirRequest(TypedDict):
    namespace: NotRequired[str]
    sha256: str
    bytes: int


Goodput = TypedDict("Goodput", {
    "from": str,
    "to": str,
    "complete": bool,
    "teams": list["Goodput_Teams_Item"],
})
JobStatusName = Literal["Pending", "Running", "Succeeded", "Failed"]
