#include "store/embedded/embedded_store.h"

#include <gtest/gtest.h>
