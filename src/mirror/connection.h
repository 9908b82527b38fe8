// A mirror over HTTPS, as the server sees it: its TLS key is pinned, and it asks for ours. A lost
// connection is made anew with the next call. Thread safety: one thread at a time.
#pragma once

#include <optional>

#include "http/client.h"
#include "mirror/mirror.h"

namespace salus::mirror {

class Connection final : public Mirror {
public:
    explicit Connection(http::ClientOptions options) : options_(std::move(options)) {}

    [[nodiscard]] Result<EntriesAnswer> add_entries(Entries const& entries) override;
    [[nodiscard]] Result<EntriesAnswer> keep_entries(RootedEntries const& rooted) override;
    [[nodiscard]] Result<CheckpointAnswer> add_checkpoint(
        transparency::Continuation const& request) override;

private:
    [[nodiscard]] Result<http::PlainAnswer> post(std::string_view target, std::string const& body);

    http::ClientOptions options_;
    std::optional<http::Client> client_;
};

}  // namespace salus::mirror
