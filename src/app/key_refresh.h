// KeyRefresh: the thread that waits for a key management service which may block (an HSM, a vault),
// so that no event loop and no worker does. It renews the service's lease and opens the shard keys
// of every tenant anew before their time is over. While the service is gone it tries again every
// five seconds; the log says when it went and when it came back.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "foundation/log.h"
#include "keys/keyring.h"

namespace salus::app {

class KeyRefresh {
public:
    using Keyrings = std::vector<std::unique_ptr<keys::Keyring>>;
    // Borrows all. A thread only for a service that may block. Its end waits for the call that is
    // under way.
    KeyRefresh(keys::KeyManagementService& service, Keyrings const& keyrings, Log const& log);
    KeyRefresh(KeyRefresh const&) = delete;
    KeyRefresh& operator=(KeyRefresh const&) = delete;

private:
    void run(std::stop_token const& stop);
    void refresh(std::stop_token const& stop);

    keys::KeyManagementService& service_;
    Keyrings const& keyrings_;
    Log const& log_;
    bool available_ = true;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
