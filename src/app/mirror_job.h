// The server's side of its mirror, while it serves: after each round of checkpoints, and every few
// seconds in any case, what is new goes there and a cosignature comes back. A thread of its own,
// behind the one that publishes and in nobody's way. Changes of state become leaves and lines of
// the operational log.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/instance.h"
#include "mirror/connection.h"
#include "mirror/sender.h"

namespace salus::app {

class MirrorJob {
public:
    struct LogOfTenant {
        TenantName tenant;
        transparency::SignedLog& log;
        std::shared_ptr<transparency::Publisher> publisher;
        std::shared_ptr<mirror::Replication> replication;  // none: not in strict mode
    };
    // Nothing, and `why`, when a key or a certificate cannot be read.
    static std::unique_ptr<MirrorJob> start(Instance& instance,
                                            std::vector<LogOfTenant> const& logs, std::string& why);
    // A last round, if the one before it went well.
    ~MirrorJob();
    MirrorJob(MirrorJob const&) = delete;
    MirrorJob& operator=(MirrorJob const&) = delete;

    // There is something new. Any thread.
    void wake();
    // Until each log was sent or refused once, or the time is over, so that what the mirror refuses
    // is not served at all.
    void wait_for_first_round(std::chrono::milliseconds most);

private:
    struct Sending {
        TenantName tenant;
        transparency::SignedLog& log;
        std::shared_ptr<mirror::Sender> sender;
        bool is_parent = false;
        transparency::SigningState told = transparency::SigningState::ok;
        bool told_alarm = false;
    };

    MirrorJob(Instance& instance, http::ClientOptions options)
        : instance_(instance), connection_(std::move(options)) {}
    void run(std::stop_token const& stop);
    [[nodiscard]] bool send_all();
    void tell(Sending& sending);
    [[nodiscard]] std::chrono::milliseconds pause() const;

    Instance& instance_;
    mirror::Connection connection_;
    std::vector<Sending> logs_;
    unsigned failures_ = 0;  // rounds since the last that went well
    Mutex mutex_;
    std::condition_variable_any changed_;
    bool wanted_ SALUS_GUARDED_BY(mutex_) = false;
    bool first_done_ SALUS_GUARDED_BY(mutex_) = false;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
