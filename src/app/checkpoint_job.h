// Checkpoints while an instance serves: every few seconds, each audit log's tiles and a signature,
// then the parent log, which states them. A thread of its own, off every request's path. Changes of
// a log's state become leaves of that log and lines of the operational log.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "app/instance.h"
#include "app/mirror_job.h"
#include "app/parent_job.h"
#include "transparency/signer_socket.h"

namespace salus::app {

class CheckpointJob {
public:
    // Waits a moment for the first round, so that what the signer refuses is not served at all.
    // Nothing, and `why`, when the signer's public key cannot be read.
    static std::unique_ptr<CheckpointJob> start(Instance& instance, std::string& why);
    // A last round, of what is durable then.
    ~CheckpointJob();
    CheckpointJob(CheckpointJob const&) = delete;
    CheckpointJob& operator=(CheckpointJob const&) = delete;

    // A round now. Any thread.
    void publish_now();

private:
    struct LogOfTenant {
        TenantName tenant;
        transparency::SignedLog& log;
        std::shared_ptr<transparency::Publisher> publisher;
        transparency::SigningState told = transparency::SigningState::ok;
    };

    CheckpointJob(Instance& instance, uid_t signer_user);
    [[nodiscard]] bool add_logs(std::string& why);
    [[nodiscard]] bool add_mirror(std::string& why);
    void wait_for_first_round();
    void run(std::stop_token const& stop);
    // Whether each log was signed or refused, so that another round would say the same. `at_once`:
    // the parent log states what is new, however little time has passed.
    bool publish_all(bool at_once);
    void tell(LogOfTenant& of_tenant);

    Instance& instance_;
    transparency::SocketSigner signer_;
    std::vector<LogOfTenant> logs_;
    std::unique_ptr<ParentJob> parent_;
    std::unique_ptr<MirrorJob> mirror_;  // none is configured
    Mutex mutex_;
    std::condition_variable_any changed_;
    bool wanted_ SALUS_GUARDED_BY(mutex_) = false;
    bool first_done_ SALUS_GUARDED_BY(mutex_) = false;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
