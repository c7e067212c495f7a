-- Who may see some namespaces only resumes their stream among the events of these, however many others there were.
create index event_of_namespace on event (namespace, xid, seq);
