// KeyRotationJob: the thread that rotates the keys of every tenant while the instance serves: on a
// schedule ([rotation] in salus.toml) and on demand (POST /admin/keys/rotation). ENC-4.
#pragma once

#include <thread>

#include "app/instance_root_rotation.h"
#include "app/tenant_rotation.h"

namespace salus::app {

class KeyRotationJob {
public:
    // Borrows all, and takes the work on the instance's root. Its end waits for the step that is
    // under way.
    KeyRotationJob(pipeline::House const& house, RotationSettings const& settings,
                   InstanceRootRotation root);
    KeyRotationJob(KeyRotationJob const&) = delete;
    KeyRotationJob& operator=(KeyRotationJob const&) = delete;

private:
    void run(std::stop_token const& stop);
    // Whether a tenant has more to be done at once.
    [[nodiscard]] bool advance_all(std::stop_token const& stop);
    // The first failure in a row is said.
    void say_failed(TenantName const& tenant, Error const& error) const;

    pipeline::House const& house_;
    RotationSettings const& settings_;
    std::vector<std::unique_ptr<TenantRotation>> tenants_;  // of the thread
    InstanceRootRotation root_;
    bool works_ = true;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
