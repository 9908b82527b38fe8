// Writes tiles into a log's directory so that a crash leaves each of them whole or absent: all are
// written beside their names, synced, renamed, and their directories synced, many at a time. A file
// that is there already is never replaced; one that differs is Errc::corrupt. Belongs to one
// thread. Errors of the disk: Errc::unavailable.
#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "transparency/tile_sink.h"

namespace salus::transparency {

class TileWriter final : public TileSink {
public:
    explicit TileWriter(std::filesystem::path directory) : directory_(std::move(directory)) {}

    [[nodiscard]] Result<void> put(std::string const& path, BytesView contents) override;
    void filled(std::string const& path) override { superseded_.insert(path + ".p"); }
    // What was put is durable under its name; partial tiles that have become full are removed.
    [[nodiscard]] Result<void> flush();
    // Forgets what was put and is not durable yet.
    void abandon() noexcept;

private:
    [[nodiscard]] Result<void> make_directories(std::filesystem::path const& directory);

    std::filesystem::path const directory_;
    std::vector<std::filesystem::path> written_;  // names without ".new"
    std::set<std::filesystem::path> directories_;
    std::set<std::filesystem::path> superseded_;
};

}  // namespace salus::transparency
