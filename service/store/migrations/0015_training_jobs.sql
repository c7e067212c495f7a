-- A third kind that carries a job: TrainingJob, for the runtime trainingjob.
alter table job drop constraint job_kind_check;
alter table job add constraint job_kind_check check (kind in ('RayJob', 'Job', 'TrainingJob'));
