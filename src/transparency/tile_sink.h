// Where the tiles of a tree go as it grows: onto the disk, or to whoever compares them with what is
// there. Belongs to one thread.
#pragma once

#include <string>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::transparency {

class TileSink {
public:
    virtual ~TileSink() = default;
    // `path` is relative to the log's directory, as tile.h names it.
    [[nodiscard]] virtual Result<void> put(std::string const& path, BytesView contents) = 0;
    // The tile is full now: what of it was partial is superseded.
    virtual void filled(std::string const& path) = 0;
};

}  // namespace salus::transparency
