// The names that files in flight keep to themselves. Two files with a name in common are never sent
// at once. Thread safety: any thread.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace salus::app {

class ImportClaims {
public:
    using Names = std::vector<std::string>;

    // Waits until no other file holds any of them.
    void take(Names const& names);
    void give_back(Names const& names);

private:
    std::mutex mutex_;
    std::condition_variable given_back_;
    std::unordered_set<std::string> taken_;
};

}  // namespace salus::app
