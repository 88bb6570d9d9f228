import { matchers } from 'synton/testing';

expect.extend(matchers);
