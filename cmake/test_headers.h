// What every unit test reads; precompiled (flags.cmake).
#pragma once

#include "standard_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
