// ReconciliationJob: the thread that compares the store with the audit logs while the instance
// serves: after the start, and then at the configured interval. The result is a leaf of every log,
// with a leaf for each finding; findings raise the alarm until one is clean (AUD-1, AUD-2).
#pragma once

#include <condition_variable>
#include <thread>

#include "app/instance.h"
#include "reconciliation/reconciliation.h"

namespace salus::app {

class ReconciliationJob {
public:
    // Borrows the instance. Its end waits for the piece that is under way.
    explicit ReconciliationJob(Instance& instance);
    ~ReconciliationJob();
    ReconciliationJob(ReconciliationJob const&) = delete;
    ReconciliationJob& operator=(ReconciliationJob const&) = delete;

    // As soon as the thread is free. Any thread; nothing happens if none are configured.
    void reconcile_now();

private:
    void run(std::stop_token const& stop);
    void reconcile_once(std::stop_token const& stop);
    [[nodiscard]] Result<reconciliation::Report> reconcile(std::stop_token const& stop) const;
    void record(reconciliation::Report const& report, Literal failed);
    void record_finding(reconciliation::Finding const& finding);

    Instance& instance_;
    Mutex mutex_;
    std::condition_variable_any changed_;
    bool wanted_ SALUS_GUARDED_BY(mutex_) = false;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
