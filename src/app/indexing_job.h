// IndexingJob: the thread that brings the index of every tenant up to date while the instance
// serves (tenant_indexing.h). At the pace of [rotation].
#pragma once

#include <thread>

#include "app/instance.h"
#include "app/tenant_indexing.h"

namespace salus::app {

class IndexingJob {
public:
    // Borrows house and settings. Its end waits for the step that is under way.
    IndexingJob(pipeline::House const& house, RotationSettings const& settings, Layout layout);
    IndexingJob(IndexingJob const&) = delete;
    IndexingJob& operator=(IndexingJob const&) = delete;

private:
    void run(std::stop_token const& stop);
    // Whether a tenant has more to be done at once.
    [[nodiscard]] bool advance_all(std::stop_token const& stop);
    [[nodiscard]] Result<bool> advance(std::size_t tenant, std::stop_token const& stop);

    pipeline::House const& house_;
    RotationSettings const& settings_;
    Layout const layout_;
    std::vector<std::unique_ptr<TenantIndexing>> tenants_;  // of the thread
    bool works_ = true;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
