// KeyRotationJob: the thread that rotates the keys of every tenant while the instance serves: on a
// schedule ([rotation] in salus.toml) and on demand (POST /admin/keys/rotation). ENC-4.
#pragma once

#include <thread>

#include "app/tenant_rotation.h"

namespace salus::app {

class KeyRotationJob {
public:
    // Borrows all. Its end waits for the step that is under way.
    KeyRotationJob(pipeline::House const& house, RotationSettings const& settings);
    KeyRotationJob(KeyRotationJob const&) = delete;
    KeyRotationJob& operator=(KeyRotationJob const&) = delete;

private:
    void run(std::stop_token const& stop);
    // Whether a tenant has more to be done at once.
    [[nodiscard]] bool advance_all(std::stop_token const& stop);

    pipeline::House const& house_;
    RotationSettings const& settings_;
    std::vector<std::unique_ptr<TenantRotation>> tenants_;  // of the thread
    bool works_ = true;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
